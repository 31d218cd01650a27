import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { copyText } from './clipboard.ts';
import { useToasts } from './toasts.tsx';

/** Copies a text and says so for a moment, in place. */
export function CopyButton({
  text,
  label = 'Copy',
  what,
}: {
  text: string | (() => string);
  label?: string;
  what: string;
}) {
  const [copied, setCopied] = useState(false);
  const toasts = useToasts();
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const value = typeof text === 'function' ? text() : text;
    if (await copyText(value)) setCopied(true);
    else toasts.failed(`The ${what} could not be copied.`, { hint: 'Select the text and copy it yourself.' });
  };
  return (
    <Button
      size="small"
      onClick={copy}
      aria-label={`Copy ${what}`}
      icon={copied ? <Check size={12} aria-hidden className="text-ok" /> : <Copy size={12} aria-hidden />}
    >
      {(copied || label) && <span aria-live="polite">{copied ? 'Copied' : label}</span>}
    </Button>
  );
}

/** A value in fixed-width letters with its copy button. */
export function CopyableCode({ text, what }: { text: string; what: string }) {
  return (
    <div className="flex items-center gap-2 rounded-md bg-code py-1 pr-1 pl-2.5">
      <code className="min-w-0 flex-1 truncate" title={text}>
        {text}
      </code>
      <CopyButton text={text} what={what} />
    </div>
  );
}

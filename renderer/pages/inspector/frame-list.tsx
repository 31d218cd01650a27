import { ArrowDownLeft, ArrowUpRight } from 'lucide-react';
import type { Frame } from '../../../contract/model/inspector.ts';
import { frameWords } from '../../model/frame-words.ts';
import { measuredText } from '../../model/time-text.ts';
import { CopyButton } from '../../ui/copy-button.tsx';

/** The JSON-RPC messages exactly as they passed, with the time since the call began. */
export function FrameList({ frames }: { frames: readonly Frame[] }) {
  return (
    <ol>
      {frames.map((frame, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages are only ever added
        <li key={index} className="border-b border-line">
          <details open={frames.length <= 2}>
            <summary className="flex items-center gap-2 px-4 py-1.5 hover:bg-raise">
              {frame.direction === 'sent' ? (
                <ArrowUpRight size={14} aria-hidden className="text-accent" />
              ) : (
                <ArrowDownLeft size={14} aria-hidden className="text-ok" />
              )}
              <span className="w-16 shrink-0 text-sm text-muted">{frame.direction}</span>
              <code className="min-w-0 flex-1 truncate">{frameWords(frame)}</code>
              <span className="text-sm text-faint">+{measuredText(frame.at)}</span>
            </summary>
            <div className="relative">
              <div className="absolute top-0 right-3">
                <CopyButton text={() => JSON.stringify(frame.message, null, 2)} what="message" />
              </div>
              <pre className="max-h-[480px] overflow-auto px-4 pb-3 font-mono text-sm leading-[18px] whitespace-pre-wrap wrap-anywhere">
                {JSON.stringify(frame.message, null, 2)}
              </pre>
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}

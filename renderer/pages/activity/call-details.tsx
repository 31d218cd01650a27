import { X } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import type { AuditEntry } from '../../../contract/model/audit.ts';
import { callOutcomes } from '../../model/call-outcomes.ts';
import { absoluteText, measuredText } from '../../model/time-text.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { MarkedWord } from '../../ui/state-mark.tsx';
import { GuardTag } from '../../ui/tags.tsx';
import { JsonTree } from '../inspector/json-tree.tsx';

const approvalWords: Readonly<Record<NonNullable<AuditEntry['approval']>, string>> = {
  approved: 'approved by a person',
  denied: 'denied by a person',
  unanswered: 'nobody decided in time',
};

/** One call with everything that is kept of it. */
export function CallDetails({ entry, onClose }: { entry: AuditEntry; onClose(): void }) {
  const { mark, word } = callOutcomes[entry.outcome];
  const { clientInfo } = entry;
  return (
    <aside
      aria-label={`Call of ${entry.tool ?? entry.method}`}
      className="flex w-[380px] shrink-0 flex-col overflow-y-auto border-l border-line bg-panel max-[1000px]:absolute max-[1000px]:inset-0 max-[1000px]:z-10 max-[1000px]:w-auto"
    >
      <header className="flex items-start gap-2 border-b border-line px-4 py-3">
        <h2 className="min-w-0 flex-1 font-mono font-semibold wrap-anywhere">{entry.tool ?? entry.method}</h2>
        <Button kind="quiet" size="icon" aria-label="Close" icon={<X size={15} aria-hidden />} onClick={onClose} />
      </header>
      <div className="flex flex-col gap-3 px-4 py-3">
        <MarkedWord mark={mark}>{word}</MarkedWord>
        {entry.reason && <p className="wrap-anywhere text-bad">{entry.reason}</p>}
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5">
          <Fact name="When">{absoluteText(Date.parse(entry.time))}</Fact>
          <Fact name="Took">{measuredText(entry.ms)}</Fact>
          <Fact name="Client">
            {entry.client}
            {clientInfo && <span className="text-muted">{` (${clientInfo.name} ${clientInfo.version})`}</span>}
          </Fact>
          <Fact name="Session">
            <code>{entry.session}</code>
          </Fact>
          <Fact name="Server">{entry.slug}</Fact>
          <Fact name="Context">{entry.context ?? 'none'}</Fact>
          <Fact name="Guard">{entry.guard ? <GuardTag level={entry.guard} /> : 'not asked'}</Fact>
          {entry.approval && <Fact name="Approval">{approvalWords[entry.approval]}</Fact>}
          <Fact name="Sent">{bytes(entry.argumentBytes)}</Fact>
          <Fact name="Answer">{bytes(entry.answerBytes)}</Fact>
        </dl>
      </div>
      {entry.arguments !== null && <Arguments text={entry.arguments} />}
      {entry.argumentHash !== null && (
        <div className="flex items-center gap-2 px-4 py-2.5 text-sm text-muted">
          <span className="min-w-0 truncate" title="The same for the same call, whatever the order of its keys">
            Hash <code>{entry.argumentHash}</code>
          </span>
          <CopyButton text={entry.argumentHash} what="hash" label="" />
        </div>
      )}
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  );
}

function Arguments({ text }: { text: string }) {
  const value = useMemo(() => parsed(text), [text]);
  return (
    <section className="border-y border-line">
      <h3 className="flex items-center px-4 pt-2.5 font-medium">
        <span className="flex-1">Arguments</span>
        <CopyButton text={text} what="arguments" label="" />
      </h3>
      {value === undefined ? (
        <pre className="px-4 py-3 text-sm whitespace-pre-wrap wrap-anywhere">{text}</pre>
      ) : (
        <JsonTree value={value} />
      )}
    </section>
  );
}

/** Undefined for arguments that were cut. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KiB` : `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

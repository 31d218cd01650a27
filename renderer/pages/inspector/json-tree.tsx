import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { visibleText } from '../../../contract/visible-text.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';

const PORTION = 100;

/** A JSON value as a tree; opens the first two levels, or as many as `open` says. Shows what is invisible as `\uXXXX`. */
export function JsonTree({ value, open = 2 }: { value: unknown; open?: number }) {
  return (
    <div className="overflow-x-auto px-3 py-3 font-mono text-sm leading-5">
      <Node name={null} value={value} levels={open} />
    </div>
  );
}

function Node({ name, value, levels }: { name: string | null; value: unknown; levels: number }) {
  const members = membersOf(value);
  const [open, setOpen] = useState(levels > 0);
  const [limit, setLimit] = useState(PORTION);
  if (!members) {
    return (
      <div className="flex gap-1.5 pl-[18px]">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  const list = Array.isArray(value);
  const summary = list ? `[${members.length}]` : `{${members.length}}`;
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex max-w-full items-center gap-1 rounded-sm text-left hover:bg-code"
      >
        <ChevronRight
          size={14}
          aria-hidden
          className={classNames('shrink-0 text-faint transition-transform', open && 'rotate-90')}
        />
        <Name name={name} />
        <span className="text-faint">{summary}</span>
      </button>
      {open && (
        <div className="ml-[7px] border-l border-line pl-2">
          {members.slice(0, limit).map(([key, member]) => (
            <Node key={key} name={key} value={member} levels={levels - 1} />
          ))}
          {members.length > limit && (
            <Button size="small" className="my-1 ml-4 font-sans" onClick={() => setLimit(limit + PORTION * 5)}>
              {(members.length - limit).toLocaleString('en')} more
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { name: string | null }) {
  return name === null ? null : <span className="shrink-0 text-muted">{visibleText(name)}:</span>;
}

const leafColors: Readonly<Record<string, string>> = {
  string: 'text-ok',
  number: 'text-accent',
  boolean: 'text-prod',
};

function Leaf({ value }: { value: unknown }) {
  return (
    <span className={classNames('whitespace-pre-wrap wrap-anywhere', leafColors[typeof value] ?? 'text-faint')}>
      {visibleText(JSON.stringify(value) ?? 'undefined')}
    </span>
  );
}

function membersOf(value: unknown): [string, unknown][] | null {
  if (Array.isArray(value)) return value.map((member, index) => [String(index), member]);
  return typeof value === 'object' && value !== null ? Object.entries(value) : null;
}

import type { ReactNode } from 'react';
import { type Health, healthOf, type ServerState, stateWords } from '../../contract/model/server.ts';
import { classNames } from './class-names.ts';

export type Mark = Health | 'busy';

const colors: Readonly<Record<Mark, string>> = {
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
  off: 'text-off',
  busy: 'text-accent',
};

const shapes: Readonly<Record<Mark, ReactNode>> = {
  ok: <circle cx="5" cy="5" r="4.5" fill="currentColor" />,
  warn: <path d="M5 .7 9.6 9H.4z" fill="currentColor" />,
  bad: <path d="m1 1 8 8M9 1 1 9" stroke="currentColor" strokeWidth="2.2" />,
  off: <circle cx="5" cy="5" r="3.7" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  busy: <path d="M5 1a4 4 0 1 1-4 4" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />,
};

/** A sign whose shape says what its colour says. */
export function Sign({ mark, size = 10 }: { mark: Mark; size?: number }) {
  return (
    <svg
      viewBox="0 0 10 10"
      width={size}
      height={size}
      aria-hidden
      className={classNames('shrink-0', colors[mark], mark === 'busy' && 'spin')}
    >
      {shapes[mark]}
    </svg>
  );
}

/** A sign and its word. */
export function MarkedWord({ mark, children }: { mark: Mark; children: ReactNode }) {
  return (
    <span className={classNames('inline-flex items-center gap-1.5 font-medium whitespace-nowrap', colors[mark])}>
      <Sign mark={mark} />
      {children}
    </span>
  );
}

const underWay: readonly ServerState[] = ['starting', 'restarting', 'stopping'];

export function markOf(state: ServerState): Mark {
  return underWay.includes(state) ? 'busy' : healthOf({ state });
}

/** The state of a server: shape, word and colour. */
export function StateMark({ state }: { state: ServerState }) {
  return <MarkedWord mark={markOf(state)}>{stateWords[state]}</MarkedWord>;
}

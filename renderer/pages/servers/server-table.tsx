import { type Dispatch, type KeyboardEvent, type SetStateAction, useCallback } from 'react';
import type { Server } from '../../../contract/model/server.ts';
import { ServerRow } from './server-row.tsx';

export interface ServerTableProps {
  servers: readonly Server[];
  selected: string | null;
  marked: ReadonlySet<string>;
  onMark: Dispatch<SetStateAction<ReadonlySet<string>>>;
}

const head = 'border-b border-line px-2 py-1.5 text-left text-sm font-medium whitespace-nowrap text-faint';

/** One row per server. Calls and uptime fold away where the list is narrow; the panel shows them. */
export function ServerTable({ servers, selected, marked, onMark }: ServerTableProps) {
  const all = servers.length > 0 && servers.every((server) => marked.has(server.slug));
  const mark = useCallback(
    (slug: string, on: boolean) =>
      onMark((last) => {
        const next = new Set(last);
        if (on) next.add(slug);
        else next.delete(slug);
        return next;
      }),
    [onMark],
  );
  return (
    <table className="mt-2 w-full border-collapse" onKeyDown={moveBetweenRows}>
      <thead>
        <tr>
          <th scope="col" className={`${head} w-8 !pr-1 !pl-4`}>
            <input
              type="checkbox"
              aria-label="Select all servers"
              className="block size-3.5 accent-accent"
              checked={all}
              onChange={() => onMark(all ? new Set() : new Set(servers.map((server) => server.slug)))}
            />
          </th>
          <th scope="col" className={head}>
            Server
          </th>
          <th scope="col" className={head}>
            State
          </th>
          <th scope="col" className={head}>
            Context
          </th>
          <th scope="col" className={`${head} @max-[600px]:hidden`}>
            Guard
          </th>
          <th scope="col" className={`${head} @max-[760px]:hidden`}>
            Clients
          </th>
          <th scope="col" className={`${head} text-right @max-[960px]:hidden`}>
            Calls/min
          </th>
          <th scope="col" className={`${head} text-right @max-[960px]:hidden`}>
            Up
          </th>
          <th scope="col" className={`${head} w-0`}>
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {servers.map((server) => (
          <ServerRow
            key={server.slug}
            server={server}
            selected={server.slug === selected}
            marked={marked.has(server.slug)}
            onMark={mark}
          />
        ))}
      </tbody>
    </table>
  );
}

/** Arrow keys go from server to server. */
function moveBetweenRows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const from = event.target instanceof Element ? event.target.closest<HTMLElement>('a[data-row]') : null;
  if (step === undefined || !from) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('a[data-row]')];
  rows[rows.indexOf(from) + step]?.focus();
  event.preventDefault();
}

import type { ReactNode } from 'react';
import type { Client } from '../../../contract/model/client.ts';
import { useStatus } from '../../session/session-context.tsx';
import { Box } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { type ClientTask, Unverified } from './client-parts.tsx';

/** Clients that have nothing of Berth's yet, a line each. */
export function ClientRows({
  title,
  aside,
  clients,
  eager = false,
  onTask,
}: {
  title: string;
  aside: ReactNode;
  clients: readonly Client[];
  /** Installing into one of these is the next thing to do. */
  eager?: boolean;
  onTask(task: ClientTask): void;
}) {
  const anyServer = useStatus((status) => status.servers.length > 0);
  if (clients.length === 0) return null;
  return (
    <Box title={title} aside={aside}>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(340px,1fr))] overflow-hidden">
        {clients.map((client) => (
          <li
            key={client.id}
            aria-label={client.title}
            className="-mt-px -ml-px flex min-w-0 items-center gap-2 border-t border-l border-line py-1.5 pr-2 pl-3"
          >
            <div className="min-w-0 flex-1">
              <h2 className="flex items-center gap-2 font-medium">
                <span className="truncate">{client.title}</span>
                <Unverified client={client} />
              </h2>
              <p className="truncate text-sm text-faint" title={client.file}>
                {client.file}
              </p>
            </div>
            <Button
              size="small"
              kind={eager ? 'primary' : 'plain'}
              disabled={!anyServer}
              title={anyServer ? undefined : 'Add a server first'}
              onClick={() => onTask({ client: client.id, action: 'install' })}
            >
              Install…
            </Button>
          </li>
        ))}
      </ul>
    </Box>
  );
}

import { useState } from 'react';
import type { Client } from '../../../contract/model/client.ts';
import { isInstalled } from '../../model/install-choices.ts';
import { useStatus } from '../../session/session-context.tsx';
import { Page, PageBody } from '../../shell/page.tsx';
import { Empty } from '../../ui/empty.tsx';
import { AllServers } from './all-servers.tsx';
import { ClientCard } from './client-card.tsx';
import { InstallDialog } from './install-dialog.tsx';
import { OtherClients } from './other-clients.tsx';

const order: readonly Client['state'][] = [
  'unreadable',
  'wiped',
  'changed',
  'orphaned',
  'installed',
  'available',
  'absent',
];

/** What is installed in which AI client, and whether it is really connected. */
export function ClientsPage() {
  const clients = useStatus((status) => status.clients);
  const [task, setTask] = useState<{ client: string; action: 'install' | 'uninstall' } | null>(null);
  const sorted = [...clients].sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
  const installed = clients.filter(isInstalled);
  const connected = installed.filter((client) => client.connectedAt).length;
  const chosen = clients.find((client) => client.id === task?.client);
  return (
    <Page title="Clients" summary={`${installed.length} installed · ${connected} seen connected`}>
      <PageBody>
        {clients.length === 0 && (
          <Empty title="No AI client is known">The list of clients could not be read; the doctor says why.</Empty>
        )}
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(440px,1fr))] gap-3 max-[700px]:grid-cols-1">
          {sorted.map((client) => (
            <ClientCard key={client.id} client={client} onTask={(action) => setTask({ client: client.id, action })} />
          ))}
        </ul>
        <AllServers />
        <OtherClients />
      </PageBody>
      {task && chosen && (
        <InstallDialog
          key={`${task.client} ${task.action}`}
          client={chosen}
          action={task.action}
          onClose={() => setTask(null)}
        />
      )}
    </Page>
  );
}

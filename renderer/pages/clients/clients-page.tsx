import { useState } from 'react';
import { clientTrouble } from '../../../contract/model/client.ts';
import { groupClients } from '../../model/client-groups.ts';
import { isInstalled } from '../../model/install-choices.ts';
import { useStatus } from '../../session/session-context.tsx';
import { Page, PageBody } from '../../shell/page.tsx';
import { Empty } from '../../ui/empty.tsx';
import { AllServers } from './all-servers.tsx';
import { ClientCard } from './client-card.tsx';
import type { ClientTask } from './client-parts.tsx';
import { ClientRows } from './client-rows.tsx';
import { ExistingServers } from './existing-servers.tsx';
import { InstallDialog } from './install-dialog.tsx';
import { OtherClients } from './other-clients.tsx';
import { UninstallAll } from './uninstall-all.tsx';
import { WriteHistory } from './write-history.tsx';

/** What is installed in which AI client, and whether it is really connected. */
export function ClientsPage() {
  const clients = useStatus((status) => status.clients);
  const [task, setTask] = useState<ClientTask | null>(null);
  const { used, found, others } = groupClients(clients);
  const installed = clients.filter(isInstalled);
  const connected = installed.filter((client) => client.connectedAt).length;
  const odd = clients.filter((client) => clientTrouble(client) !== null).length;
  const chosen = clients.find((client) => client.id === task?.client);
  return (
    <Page
      title="Clients"
      summary={[
        `${installed.length} installed`,
        `${connected} seen connected`,
        ...(odd > 0 ? [`${odd} ${odd === 1 ? 'needs' : 'need'} a look`] : []),
      ].join(' · ')}
    >
      <PageBody>
        {clients.length === 0 && (
          <Empty title="No AI client is known">The list of clients could not be read; the doctor says why.</Empty>
        )}
        {used.length > 0 && (
          <ul className="grid grid-cols-[repeat(auto-fill,minmax(440px,1fr))] gap-3 max-[700px]:grid-cols-1">
            {used.map((client) => (
              <ClientCard key={client.id} client={client} onTask={setTask} />
            ))}
          </ul>
        )}
        <ClientRows
          title="On this machine"
          aside={<span>nothing of Berth is in them yet</span>}
          clients={found}
          eager
          onTask={setTask}
        />
        <ExistingServers />
        <AllServers />
        <OtherClients />
        <WriteHistory />
        <ClientRows
          title="Not found on this machine"
          aside={<span>Berth knows where they keep their servers</span>}
          clients={others}
          onTask={setTask}
        />
        <div>
          <UninstallAll clients={installed} />
        </div>
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

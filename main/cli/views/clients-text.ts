import type { Client, ClientUninstalled, ClientWrite } from '../../../contract/model/client.ts';
import type { Render } from '../output.ts';
import type { Paint } from '../style.ts';
import { table } from '../table.ts';
import { ago } from '../time-text.ts';

/** The clients that are on this machine or have something of Berth's; the others by their ids, or with `wide` as well. */
export const clientsText: Render<readonly Client[]> = (clients, look) => {
  const elsewhere = ({ state, entries, queued }: Client) =>
    state === 'absent' && entries.length === 0 && queued === null;
  const shown = look.wide ? clients : clients.filter((client) => !elsewhere(client));
  const others = clients.filter((client) => !shown.includes(client)).map(({ id }) => id);
  return [
    ...(shown.length > 0 ? [clientText(shown, look)] : []),
    ...(others.length > 0 ? [look.paint('dim', `Not found on this machine: ${others.join(', ')}`)] : []),
  ].join('\n\n');
};

/** A table of these clients, and what is to be said about them. */
export const clientText: Render<readonly Client[]> = (clients, { wide, paint, now }) => {
  const lines = table(
    clients,
    [
      { head: 'ID', text: (client) => client.id },
      { head: 'STATE', text: (client) => client.state, paint: (text) => paint(toneOf(text), text) },
      { head: 'SERVERS', text: serversOf },
      { head: 'CONNECTED', text: (client) => ago(client.connectedAt, now) },
      { head: 'VIA', text: ({ entries, via }) => [...new Set(entries.map((entry) => entry.via))].join(',') || via },
      { head: 'FILE', text: (client) => client.file },
      { head: 'AS', text: ({ connectedAs: as }) => (as ? `${as.name} ${as.version}` : '-'), wide: true },
      { head: 'VERIFIED', text: (client) => client.verifiedAt ?? 'unverified', wide: true },
    ],
    wide,
  );
  const remarks = clients.flatMap((client) =>
    remarksOf(client).map((text) => `${paint('warn', `${client.id}:`)} ${text}`),
  );
  return remarks.length === 0 ? lines : `${lines}\n\n${remarks.join('\n')}`;
};

/** What Berth wrote into the files of clients. */
export const historyText: Render<readonly ClientWrite[]> = (history, { wide, now }) => {
  if (history.length === 0) return 'Berth has not written into any client’s file yet.';
  return table(
    history,
    [
      { head: 'ID', text: ({ id }) => id },
      { head: 'AGE', text: ({ time }) => ago(time, now) },
      { head: 'CLIENT', text: ({ client }) => client },
      {
        head: 'CHANGES',
        text: ({ changes }) => changes.map(({ action, name }) => `${action === 'set' ? '+' : '-'}${name}`).join(' '),
      },
      { head: 'UNDO', text: (write) => (write.undone ? 'done' : write.final === null ? 'possible' : 'no') },
      { head: 'FILE', text: ({ file }) => file, wide: true },
    ],
    wide,
  );
};

/** What became of each client when everything was uninstalled. */
export const uninstalledText: Render<readonly ClientUninstalled[]> = (results, { paint }) => {
  if (results.length === 0) return 'Nothing of Berth was in any client.';
  return results
    .map(({ title, entries, error }) =>
      error === null
        ? `${paint('good', title)}: ${entries.join(', ')}`
        : `${paint('bad', title)}: ${error.message}${error.hint ? `\n  ${error.hint}` : ''}`,
    )
    .join('\n');
};

function remarksOf({ error, queued, warnings }: Client): string[] {
  const problems = [error, queued?.problem].filter((one) => one !== null && one !== undefined);
  return [
    ...problems.map(({ message, hint }) => `${message}${hint ? `\n  ${hint}` : ''}`),
    ...(queued && !queued.problem
      ? [`The ${queued.action} of ${queued.slugs.join(', ') || 'everything'} waits until it has quit.`]
      : []),
    ...warnings,
  ];
}

/** Each server once, with what is not as it should be. */
function serversOf({ entries, bundles }: Client): string {
  const written = entries.map(({ slug, state }) => (state === 'installed' ? slug : `${slug} (${state})`));
  return [...new Set([...written, ...bundles.map(({ slug }) => slug)])].join(',');
}

function toneOf(state: string): Parameters<Paint>[0] {
  if (state === 'installed') return 'good';
  return ['changed', 'wiped', 'orphaned', 'unreadable'].includes(state) ? 'warn' : 'dim';
}

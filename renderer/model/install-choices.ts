import type { Client, ClientRoute, ClientVia } from '../../contract/model/client.ts';

/** One way to bring a server into a client: what it is, and why it cannot be taken where it cannot. */
export interface InstallChoice {
  readonly id: string;
  readonly route: ClientRoute;
  readonly via: ClientVia;
  readonly title: string;
  readonly consequence: string;
  readonly why: string | null;
}

/** All of a client's, the recommended first, those that cannot be taken last. */
export function installChoices(client: Pick<Client, 'title' | 'routes' | 'ways'>): InstallChoice[] {
  const all = client.routes.flatMap(({ route, why }): InstallChoice[] => {
    if (route !== 'file') return [{ id: route, route, via: 'bridge', why, ...words(client.title)[route] }];
    return client.ways.map((via) => ({ id: `file ${via}`, route, via, why, ...fileWords[via] }));
  });
  return all.toSorted((one, other) => Number(one.why !== null) - Number(other.why !== null));
}

/** Whether something of ours is in it, beyond what its user has yet to confirm. */
export function isInstalled({ entries, bundles }: Pick<Client, 'entries' | 'bundles'>): boolean {
  return bundles.length > 0 || entries.some(({ state }) => state !== 'awaited');
}

/** The button that takes the choice. */
export const choiceVerbs: Readonly<Record<ClientRoute, string>> = {
  file: 'Write',
  cli: 'Run',
  deeplink: 'Make the link',
  mcpb: 'Make the bundle',
};

interface Words {
  readonly title: string;
  readonly consequence: string;
}

const fileWords: Readonly<Record<ClientVia, Words>> = {
  url: {
    title: 'Its file, by URL',
    consequence: 'Berth edits the file, which then holds a token for this server alone.',
  },
  bridge: { title: 'Its file, over the bridge', consequence: 'Berth edits the file. No token is in it.' },
};

const words = (client: string): Readonly<Record<Exclude<ClientRoute, 'file'>, Words>> => ({
  cli: { title: 'Its own command', consequence: `${client} changes its file itself. No token is in it.` },
  deeplink: { title: 'A link', consequence: `${client} shows what it is going to add, and asks you.` },
  mcpb: {
    title: 'A bundle',
    consequence: `${client} shows what is in it, and asks you. It keeps bundles apart from its file.`,
  },
});

import type { Client } from '../../../contract/model/client.ts';
import type { ClientRow } from './registry.ts';

/** The clients, each with a warning for every server that it shows twice since it reads another client's file too. */
export function withDuplicates(clients: readonly Client[], registry: readonly ClientRow[]): Client[] {
  const byId = new Map(clients.map((client) => [client.id, client]));
  return clients.map((client) => {
    const readsToo = registry.find(({ id }) => id === client.id)?.alsoReads ?? [];
    const warnings = readsToo.flatMap(({ client: id, when }) => {
      const other = byId.get(id);
      const twice = other === undefined ? [] : slugsIn(client).filter((slug) => slugsIn(other).includes(slug));
      if (other === undefined || twice.length === 0) return [];
      const list = twice.join(', ');
      return [`${client.title} also reads the servers of ${other.title} ${when}, so ${list} is there twice.`];
    });
    return warnings.length === 0 ? client : { ...client, warnings: [...client.warnings, ...warnings] };
  });
}

function slugsIn({ entries }: Client): string[] {
  return entries.filter(({ state }) => state !== 'missing').map(({ slug }) => slug);
}

import type { ExistingFinding, ImportProposal } from '../../../../contract/model/existing.ts';
import type { Server } from '../../../../contract/model/server.ts';
import { givenAs } from './recognise.ts';
import type { ScannedEntry, ScannedFile } from './scan-file.ts';

type Docked = Pick<Server, 'slug' | 'preset' | 'boundTo' | 'context' | 'options'>;

/** The same server in several clients: each of them runs a process of its own. */
export function elsewhereFinding(
  scanned: ScannedEntry,
  file: ScannedFile,
  all: readonly ScannedFile[],
): ExistingFinding[] {
  const identity = identityOf(scanned);
  if (identity === null) return [];
  const others = all
    .filter((other) => other !== file && other.entries.some((entry) => identityOf(entry) === identity))
    .map(({ row }) => row.title);
  if (others.length === 0) return [];
  return [
    {
      id: 'several-clients',
      severity: 'info',
      evidence: `"${scanned.entry.name}" stands in ${others.join(', ')} too, and each client runs a process of its own.`,
      remedy: 'Import it once and install the docked server into each of them: they share one process.',
      line: scanned.line,
    },
  ];
}

/** An entry of somebody else's for what Berth already runs. */
export function dockedFinding(
  scanned: ScannedEntry,
  proposal: ImportProposal | null,
  file: ScannedFile,
  docked: readonly Docked[],
): ExistingFinding[] {
  const server = proposal && docked.find((one) => isSame(one, proposal));
  if (!server) return [];
  const here = file.state.found.some(({ owned, state }) => owned.slug === server.slug && state !== 'missing');
  return [
    {
      id: 'docked-twice',
      severity: here ? 'warn' : 'info',
      evidence: `"${scanned.entry.name}" is what Berth has docked as "${server.slug}"${here ? `, which is installed in ${file.row.title} as well: its model sees every tool twice` : ''}.`,
      remedy: here
        ? 'Remove this entry from the file.'
        : `Install "${server.slug}" into ${file.row.title} and remove this entry.`,
      line: scanned.line,
    },
  ];
}

/** The same text for entries that run the same on the same cluster; null for what is not understood. */
function identityOf({ entry, recognised, leadsHere }: ScannedEntry): string | null {
  if (leadsHere || entry.transport === null) return null;
  const { existing } = recognised?.preset ?? {};
  if (recognised !== null && existing !== undefined) {
    const cluster = [existing.kubeconfig, existing.context, existing.server].map(
      (names) => givenAs(recognised, names)?.value,
    );
    return JSON.stringify([recognised.preset.id, ...cluster]);
  }
  return JSON.stringify(entry.url === null ? [entry.command, ...entry.args] : [entry.url]);
}

function isSame(server: Docked, { preset, context, options }: ImportProposal): boolean {
  if (server.preset !== preset) return false;
  if (preset === 'url') return server.options['url'] === options['url'];
  if (preset === 'command') {
    return server.options['command'] === options['command'] && server.options['args'] === options['args'];
  }
  return context !== null && (server.boundTo === context || server.context === context);
}

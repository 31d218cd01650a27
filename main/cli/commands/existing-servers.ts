import type { Command } from 'commander';
import type {
  ExistingClient,
  ExistingServer,
  Imported,
  ImportPreview,
  ImportProposal,
} from '../../../contract/model/existing.ts';
import { say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print, type Render } from '../output.ts';
import { withBerth } from '../session.ts';
import type { Paint } from '../style.ts';
import { table } from '../table.ts';
import { changeText } from '../views/change-text.ts';

interface ImportOptions {
  output?: string;
  name?: string;
  context?: string;
  replace: boolean;
  dryRun: boolean;
  start: boolean;
}

/** clients existing, clients import: the servers that stand in clients' files and are not Berth's. */
export function addExistingServerCommands(clients: Command, { io }: CommandKit): void {
  withOutput(clients.command('existing [client]'))
    .description("list the servers in clients' files that are not Berth's, and what is wrong with them")
    .action(async (client: string | undefined, options: { output?: string }) => {
      const existing = await withBerth(io, (berth) =>
        berth.call('clients.existing', client === undefined ? {} : { client }),
      );
      await print(io, formatOf(options), existing, existingText);
    });

  withOutput(clients.command('import <client> <name>'))
    .description("dock a server of a client's file; its secrets move into the keychain")
    .option('--name <slug>', 'name of the docked server')
    .option('--context <context>', 'context to bind it to, in the place of the one that it names')
    .option('--replace', "put Berth's entry in its place in the file", false)
    .option('--no-start', 'only dock it')
    .option('--dry-run', 'only show what would be done', false)
    .action(async (client: string, name: string, options: ImportOptions) => {
      const { name: slug, context, replace, start } = options;
      const request = { client, name, replace, ...(slug ? { slug } : {}), ...(context ? { context } : {}) };
      await withBerth(io, async (berth) => {
        const preview = await berth.call('clients.importPreview', request);
        if (options.dryRun) return print(io, formatOf(options), preview, previewText);
        const imported = await berth.call('clients.import', { ...request, start, baseHash: preview.baseHash });
        await print(io, formatOf(options), imported, importedText);
        for (const note of preview.change?.notes ?? []) say(io, note);
        if (preview.change) say(io, preview.change.reload);
      });
    });
}

const existingText: Render<readonly ExistingClient[]> = (clients, { wide, paint }) => {
  const rows = clients.flatMap(({ client, servers }) => servers.map((server) => ({ client, server })));
  if (rows.length === 0 && clients.every(({ findings }) => findings.length === 0)) {
    return 'No client has servers beside those of Berth.';
  }
  const lines = table(
    rows,
    [
      { head: 'CLIENT', text: ({ client }) => client },
      { head: 'ENTRY', text: ({ server }) => server.name },
      { head: 'KIND', text: ({ server }) => server.kind ?? 'not understood' },
      { head: 'RUNS', text: ({ server }) => runsText(server), wide: true },
      { head: 'FINDINGS', text: ({ server }) => findingsText(server) },
    ],
    wide,
  );
  const all = clients.flatMap(({ client, findings, servers }) =>
    [...findings, ...servers.flatMap((server) => server.findings)].map((finding) => ({ client, ...finding })),
  );
  const told = all.map(
    ({ client, severity, evidence, remedy, line }) =>
      `${paint(tones[severity], severity.padEnd(4))}  ${client}${line === null ? '' : `, line ${line}`}: ${evidence}\n      ${remedy}`,
  );
  return told.length === 0 ? lines : `${lines}\n\n${told.join('\n')}`;
};

const tones: Readonly<Record<ExistingClient['findings'][number]['severity'], Parameters<Paint>[0]>> = {
  fail: 'bad',
  warn: 'warn',
  info: 'dim',
};

function findingsText({ findings, disabled }: ExistingServer): string {
  const ids = [...(disabled ? ['switched off'] : []), ...findings.map(({ id }) => id)];
  return ids.join(', ') || 'none';
}

function runsText({ command, args, url }: ExistingServer): string {
  return url ?? [command, ...args].filter(Boolean).join(' ');
}

const previewText: Render<ImportPreview> = ({ proposal, change, blockedBy }, look) => {
  const lines = proposalLines(proposal);
  if (blockedBy !== null)
    lines.push('', `${look.paint('bad', 'Cannot be done yet:')} ${blockedBy.message}`, `  ${blockedBy.hint ?? ''}`);
  if (change) lines.push('', changeText(change, look));
  return lines.join('\n');
};

const importedText: Render<Imported> = ({ server, client, proposal, replaced }) =>
  [
    ...proposalLines(proposal),
    '',
    `"${server.slug}" is docked${replaced ? ` and installed into ${client.title} in the place of the former entry` : ''}.`,
  ].join('\n');

function proposalLines(proposal: ImportProposal): string[] {
  const { preset, slug, context, contextReason, guard, options, secrets, notCarriedOver, notes } = proposal;
  return [
    `${slug}: preset ${preset}, context ${context ?? '(to be chosen)'}, guard ${guard}`,
    `  ${contextReason}`,
    ...Object.entries(options).map(([name, value]) => `  option ${name} = ${value}`),
    ...secrets.map(
      ({ from, name, used }) =>
        `  to the keychain: ${from} as ${name}${used ? '' : ' (kept; the server does not read it)'}`,
    ),
    ...notCarriedOver.map(({ what, why }) => `  not carried over: ${what}. ${why}`),
    ...notes.map((note) => `  ${note}`),
  ];
}

import { looksLikeProduction } from '../../../../contract/model/production.ts';
import type { UnplacedFinding } from './command-findings.ts';
import { programName, runCommand } from './command-line.ts';
import type { ForeignEntry } from './foreign-entry.ts';
import { fallsInto, type Pitfall } from './pitfall.ts';
import { givenAs, isOn, isReadOnly, type Recognised } from './recognise.ts';
import { secretsIn } from './secret-values.ts';

/** Findings that need nothing but the entry. Pure. */
export function entryFindings(
  entry: ForeignEntry,
  recognised: Recognised | null,
  file: { readonly mode: number; readonly platform: NodeJS.Platform; readonly pitfalls: readonly Pitfall[] },
): UnplacedFinding[] {
  return [
    ...pitfallFindings(entry, file.pitfalls),
    ...secretFindings(entry, file),
    ...listeningFindings(entry, recognised),
    ...stdioFindings(recognised),
    ...guardFindings(recognised),
  ];
}

function pitfallFindings(entry: ForeignEntry, pitfalls: readonly Pitfall[]): UnplacedFinding[] {
  if (entry.transport === null) {
    const evidence = 'has neither a command nor a URL that Berth understands.';
    return [{ id: 'not-understood', severity: 'info', evidence, remedy: 'Compare it with what the client documents.' }];
  }
  return pitfalls
    .filter((pitfall) => fallsInto(pitfall, entry.raw))
    .map(({ id, severity, says, remedy }) => ({ id, severity, evidence: says, remedy }));
}

function secretFindings(
  entry: ForeignEntry,
  { mode, platform }: { readonly mode: number; readonly platform: NodeJS.Platform },
): UnplacedFinding[] {
  const places = [...new Set(secretsIn(entry).map(({ where }) => where))];
  if (places.length === 0) return [];
  const open = platform !== 'win32' && (mode & 0o044) !== 0;
  const readers = open ? `, and other users may read it (mode ${(mode & 0o777).toString(8).padStart(4, '0')})` : '';
  const visible = places.some((place) => place.startsWith('argument'))
    ? ' Arguments can also be seen by every program while the server runs.'
    : '';
  return [
    {
      id: 'plaintext-secret',
      severity: open ? 'fail' : 'warn',
      evidence: `keeps what looks like a secret in plain text: ${places.join(', ')}${readers}.${visible}`,
      remedy: `Import it into Berth, which keeps the secret in the keychain${open ? ', or at least make the file yours alone (chmod 600)' : ''}; then renew the secret where it was made.`,
    },
  ];
}

/** Addresses that every machine of the network can reach. */
const EVERYWHERE = /^(0\.0\.0\.0|\[?::\]?|\*)?(:\d+)?$/;

function listeningFindings(entry: ForeignEntry, recognised: Recognised | null): UnplacedFinding[] {
  const how = recognised === null ? listensByWords(entry) : listensByPreset(recognised);
  if (how === null) return [];
  return [
    {
      id: 'open-to-network',
      severity: 'fail',
      evidence: `listens on all network interfaces (${how}), so others in your network can use it with your credentials.`,
      remedy: 'Import it into Berth, which binds servers to 127.0.0.1, or name that address in its arguments.',
    },
  ];
}

function listensByPreset(found: Recognised): string | null {
  const { listens } = found.preset.existing ?? {};
  if (found.run.published !== null) return `-p ${found.run.published}`;
  // In a container its own address says nothing of this machine's.
  if (listens === undefined || found.run.image !== null) return null;
  const asked = listens.when.length === 0 ? null : givenAs(found, listens.when);
  if (listens.when.length > 0 && !isOn(asked) && asked?.value !== '0') return null;
  const address = givenAs(found, listens.address);
  if (address === null)
    return listens.everywhereByDefault ? `${asked?.name ?? 'its default'}, without ${listens.address[0]}` : null;
  return EVERYWHERE.test(address.value ?? '') ? `${address.name} ${address.value ?? ''}`.trim() : null;
}

function listensByWords(entry: ForeignEntry): string | null {
  if (entry.command === null) return null;
  const run = runCommand(entry.command, entry.args);
  if (run.published !== null) return `-p ${run.published}`;
  if (run.image !== null) return null;
  const words = [...entry.args, ...Object.entries(entry.env).map(([name, value]) => `${name}=${value}`)];
  const open = words.find((word) => /(^|[=\s/])(0\.0\.0\.0|\[::\])(:\d+)?$/.test(word));
  if (open !== undefined) return /0\.0\.0\.0|\[::\]/.exec(open)?.[0] ?? open;
  const at = entry.args.findIndex((arg) => /^--?(http-addr|addr|listen|bind)(=|$)/.test(arg));
  const address = entry.args[at]?.split('=')[1] ?? entry.args[at + 1] ?? '';
  return at !== -1 && /^:\d+$/.test(address) ? address : null;
}

function stdioFindings(recognised: Recognised | null): UnplacedFinding[] {
  if (!recognised?.preset.existing?.noStdio) return [];
  const { title } = recognised.preset;
  const evidence = `runs ${title} as a command, but that server speaks no stdio: the client gets no answer.`;
  return [
    {
      id: 'no-stdio',
      severity: 'fail',
      evidence,
      remedy: 'Import it into Berth, which runs it over HTTP and gives the client an endpoint.',
    },
  ];
}

function guardFindings(recognised: Recognised | null): UnplacedFinding[] {
  const { existing, needsContext } = recognised?.preset ?? {};
  if (recognised === null || existing === undefined || !needsContext || isReadOnly(recognised)) return [];
  const names = [existing.context, existing.kubeconfig, existing.server].map(
    (one) => givenAs(recognised, one)?.value ?? null,
  );
  const production = names.find((name) => name !== null && looksLikeProduction(hostOrFile(name)));
  if (!production) return [];
  const evidence = `may write to ${hostOrFile(production)}, which looks like production: nothing makes it read-only.`;
  return [
    { id: 'writes-to-production', severity: 'info', evidence, remedy: 'Berth can dock it read-only: import it.' },
  ];
}

function hostOrFile(text: string): string {
  return URL.canParse(text) && text.includes('://') ? new URL(text).host : programName(text);
}

import { NO_CONTEXT } from '../../../../contract/model/binding.ts';
import type { ImportProposal } from '../../../../contract/model/existing.ts';
import { namespaceSchema, reservedSlugs, type Transport } from '../../../../contract/model/server.ts';
import type { PresetDefinition } from '../../presets/preset-schema.ts';
import { carryOver } from './carry-over.ts';
import { hostPath } from './command-line.ts';
import type { ForeignEntry } from './foreign-entry.ts';
import { type Binding, bindingFor, type KnownClusters } from './kubeconfig-binding.ts';
import { commandServer, type OwnServer, urlServer } from './own-server.ts';
import { givenAs, isReadOnly, type Recognised } from './recognise.ts';
import { type SecretMove, SecretMoves } from './secret-moves.ts';
import { isReference, withoutScheme } from './secret-values.ts';

export interface ProposalInput {
  readonly entry: ForeignEntry;
  /** What `recognise` said of the entry. */
  readonly recognised: Recognised | null;
  readonly known: KnownClusters;
  readonly takenSlugs: readonly string[];
  readonly takenSecrets: readonly string[];
  /** Name that the user chose; whether it is free is asked when it is docked. */
  readonly slug?: string | undefined;
}

/** What would be docked for an entry, and the secrets that would move. The values never leave the core. */
export interface Proposed {
  readonly proposal: ImportProposal;
  readonly moves: readonly SecretMove[];
}

/** Works out what Berth would dock in the place of an entry; a string says why it cannot. Reads kubeconfigs, changes nothing. */
export async function propose(input: ProposalInput): Promise<Proposed | string> {
  const { entry, recognised } = input;
  if (entry.transport === null) return 'Its shape is not understood, so Berth cannot say what it would run.';
  const slug = input.slug ?? freeSlug(entry.name, input.takenSlugs);
  const secrets = new SecretMoves(slug, input.takenSecrets);
  if (recognised !== null) return ofPreset(recognised, slug, secrets, input.known);
  if (entry.command !== null) return ofCommand(entry, slug, secrets, input.known);
  const own = urlServer(entry, secrets);
  if (typeof own === 'string') return own;
  const reason = 'Somebody else runs it, so Berth cannot bind it to a context.';
  return finished('url', slug, own, { context: NO_CONTEXT, reason, adds: [] }, secrets, { transport: entry.transport });
}

/** A name for the docked server: the entry's, made to fit, with a number where that is taken. */
export function freeSlug(name: string, taken: readonly string[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, 36)
      .replace(/-+$/, '') || 'server';
  for (let number = 1; ; number++) {
    const slug = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(slug) && !reservedSlugs.includes(slug)) return slug;
  }
}

async function ofPreset(
  found: Recognised,
  slug: string,
  secrets: SecretMoves,
  known: KnownClusters,
): Promise<Proposed> {
  const { preset, run } = found;
  const { existing } = preset;
  const carried = carryOver(found);
  const named = (names: readonly string[] | undefined) => givenAs(found, names ?? [])?.value ?? null;
  const kubeconfig = named(existing?.kubeconfig);
  const token = givenAs(found, existing?.token ?? []);
  const notes: string[] = [];
  if (token?.value) {
    const own = !isReference(token.value);
    if (own) secrets.add(whereOf(token.name), 'token', withoutScheme(token.value), false);
    const kept = own ? ' The token is kept in the keychain, for a context of its own.' : '';
    carried.notCarriedOver.push({
      what: `${token.name} …`,
      why: `Berth gives the server the login of its context.${kept}`,
    });
  }
  const wanted = named(existing?.namespace);
  const namespace = namespaceSchema.safeParse(wanted);
  if (wanted !== null && !namespace.success)
    carried.notCarriedOver.push({ what: 'namespace', why: 'It is no name of one.' });
  const binding = await bindingFor(
    {
      kubeconfig: kubeconfig === null ? null : hostPath(kubeconfig, run.mounts),
      context: named(existing?.context),
      server: named(existing?.server),
    },
    known,
  );
  if (!isReadOnly(found))
    notes.push('It is docked read-only, though it was not before; its guard can be raised later.');
  if (run.packageVersion !== null) {
    carried.notCarriedOver.push({
      what: `version ${run.packageVersion}`,
      why: 'Berth runs the program that it has or finds; the option "program" names another one.',
    });
  }
  return finished(preset.id, slug, carried, binding, secrets, {
    notes,
    namespace: namespace.success ? namespace.data : null,
  });
}

function whereOf(name: string): string {
  return name.startsWith('-') ? `argument ${name}` : `variable ${name}`;
}

/** A kubeconfig in the environment is the binding where it leads to a context; else it stays the variable that it was. */
async function ofCommand(
  entry: ForeignEntry,
  slug: string,
  secrets: SecretMoves,
  known: KnownClusters,
): Promise<Proposed> {
  const { KUBECONFIG: kubeconfig, ...env } = entry.env;
  const found = kubeconfig === undefined ? null : await bindingFor({ kubeconfig, context: null, server: null }, known);
  const bound = found !== null && found.context !== null;
  const own = commandServer(bound ? { ...entry, env } : entry, known.home, secrets);
  const reason = found === null ? 'It names no kubeconfig.' : `${found.reason} It keeps its own KUBECONFIG.`;
  const binding = bound ? found : { context: NO_CONTEXT, reason, adds: [] };
  return finished('command', slug, own, binding, secrets, { transport: 'stdio' });
}

function finished(
  preset: PresetDefinition['id'],
  slug: string,
  { options, notCarriedOver }: OwnServer,
  binding: Binding,
  { moves }: SecretMoves,
  more: { notes?: string[]; namespace?: string | null; transport?: Transport },
): Proposed {
  return {
    moves,
    proposal: {
      preset,
      slug,
      context: binding.context,
      contextReason: binding.reason,
      addsKubeconfigs: [...binding.adds],
      namespace: more.namespace ?? null,
      transport: more.transport ?? null,
      options,
      guard: 'read-only',
      secrets: moves.map(({ from, name, used }) => ({ from, name, used })),
      notCarriedOver,
      notes: more.notes ?? [],
    },
  };
}

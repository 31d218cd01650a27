import { isAbsolute, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { BerthError } from '../../../contract/errors.ts';
import type { Context, ContextColour, ContextSettingsInput, KubeSource } from '../../../contract/model/context.ts';
import { contextColours } from '../../../contract/model/context-colours.ts';
import type { GuardLevel } from '../../../contract/model/guard.ts';
import { guardLevels } from '../../../contract/model/guard-levels.ts';
import { type CliIo, say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import type { ContextList } from '../offline/contexts.ts';
import { print, type Render } from '../output.ts';
import { withBerth, withBerthOr } from '../session.ts';
import { table } from '../table.ts';
import { credentialNotes, expiryText, expiryTone, kubectlNote } from '../views/context-notes.ts';

/** contexts, use, context set|check|add|remove|sources|demo. */
export function addContextCommands(program: Command, { io }: CommandKit): void {
  withOutput(program.command('contexts'))
    .description('list the contexts of your kubeconfigs')
    .option('--probe', 'ask every cluster whether it can be reached; may run login programs', false)
    .action(async (options: { output?: string; probe: boolean }) => {
      const { contexts, sources } = await withBerthOr<ContextList>(
        io,
        async (berth) => {
          const [contexts, sources] = await Promise.all([
            berth.call('contexts.list', { probe: options.probe }),
            berth.call('sources.list'),
          ]);
          return { contexts, sources };
        },
        async () => {
          if (options.probe) say(io, 'Berth is not running, so no cluster was asked.');
          const { listContextsOffline } = await import('../offline/contexts.ts');
          return listContextsOffline(io.env, io.platform);
        },
      );
      await print(io, formatOf(options), contexts, contextsText);
      for (const { error } of sources) if (error) say(io, error.message);
    });

  withOutput(program.command('use <context>'))
    .description('switch the active context; returns when the endpoints answer from it')
    .option('--force', 'switch even when some servers do not come up on it', false)
    .action(async (context: string, options: { output?: string; force: boolean }) => {
      const active = await withBerth(io, (berth) => berth.call('contexts.use', { context, force: options.force }));
      await print(io, formatOf(options), active, ({ ref, production }) => `${ref}${production ? ' (production)' : ''}`);
    });

  const group = program.command('context').description('change what Berth knows about contexts');
  withOutput(group.command('set <context>'))
    .description('set label, colour, production mark and cap of a context')
    .option('--label <text>', 'another name to show; "" removes it')
    .addOption(
      new Option('--colour <name>', 'the colour to know it by; "none" removes it').choices([...contextColours, 'none']),
    )
    .addOption(new Option('--color <name>', 'the same').choices([...contextColours, 'none']).hideHelp())
    .option('--production', 'mark it as production, which caps it at read-only')
    .option('--no-production', 'mark it as not production')
    .option('--guess-production', 'decide by its name again')
    .addOption(
      new Option('--cap <guard>', 'the most that servers may do on it; "default" removes it').choices([
        ...guardLevels,
        'default',
      ]),
    )
    .action(async (context: string, options: SetOptions) => {
      const changes = contextChanges(options);
      const changed = await withBerth(io, (berth) => berth.call('contexts.set', { context, changes }));
      await print(io, formatOf(options), changed, (one, look) => contextsText([one], look));
    });
  withOutput(group.command('check <context>'))
    .description('ask one cluster whether it can be reached; may run its login program')
    .action(async (context: string, options: { output?: string }) => {
      const checked = await withBerth(io, (berth) => berth.call('contexts.probe', { context }));
      await print(io, formatOf(options), checked, (one, look) => contextsText([one], look));
    });
  withOutput(group.command('add <path>'))
    .description('add a kubeconfig file, or a folder of them')
    .action(async (path: string, options: { output?: string }) => {
      const source = await withBerth(io, (berth) => berth.call('sources.add', { path: absolutePath(io, path) }));
      await print(io, formatOf(options), source, (one, look) => sourcesText([one], look));
    });
  withOutput(group.command('remove <path>'))
    .description('forget an added kubeconfig file or folder; the file stays')
    .action(async (path: string, options: { output?: string }) => {
      const absolute = absolutePath(io, path);
      await withBerth(io, (berth) => berth.call('sources.remove', { path: absolute }));
      say(io, `${absolute} is forgotten.`);
      await print(io, formatOf(options), { path: absolute, removed: true }, () => '');
    });
  withOutput(group.command('sources'))
    .description('list the kubeconfigs that contexts come from')
    .action(async (options: { output?: string }) => {
      const sources = await withBerth(io, (berth) => berth.call('sources.list'));
      await print(io, formatOf(options), sources, sourcesText);
    });
  withOutput(group.command('demo'))
    .description('offer two demo clusters, or stop offering them')
    .argument('<on|off>')
    .action(async (state: string, options: { output?: string }) => {
      if (state !== 'on' && state !== 'off') throw new BerthError('invalid-argument', 'Say "on" or "off".');
      const contexts = await withBerth(io, (berth) => berth.call('demo.set', { on: state === 'on' }));
      await print(io, formatOf(options), contexts, contextsText);
    });
}

interface SetOptions {
  output?: string;
  label?: string;
  colour?: ContextColour | 'none';
  color?: ContextColour | 'none';
  production?: boolean;
  guessProduction?: boolean;
  cap?: GuardLevel | 'default';
}

/** What the flags change; nothing at all is a mistake. */
export function contextChanges({
  label,
  color,
  colour = color,
  production,
  guessProduction,
  cap,
}: SetOptions): ContextSettingsInput {
  const changes: ContextSettingsInput = {
    ...(label === undefined ? {} : { label: label === '' ? null : label }),
    ...(colour === undefined ? {} : { colour: colour === 'none' ? null : colour }),
    ...(production === undefined ? {} : { production }),
    ...(guessProduction ? { production: null } : {}),
    ...(cap === undefined ? {} : { cap: cap === 'default' ? null : cap }),
  };
  if (Object.keys(changes).length > 0) return changes;
  throw new BerthError('invalid-argument', 'Nothing to change was named.', {
    hint: 'Use --label, --colour, --production, --no-production, --guess-production or --cap.',
  });
}

export const contextsText: Render<readonly Context[]> = (contexts, { wide, paint, now }) => {
  if (contexts.length === 0) {
    return 'No context was found. Add a kubeconfig with `berth context add FILE`, or try `berth serve --demo`.';
  }
  const lines = table(
    contexts,
    [
      { head: 'ACTIVE', text: (context) => (context.active ? '*' : ' ') },
      {
        head: 'NAME',
        text: (context) => `${context.ref}${context.label ? ` (${context.label})` : ''}`,
        paint: (text, context) => (context.active ? paint('strong', text) : text),
      },
      { head: 'CLUSTER', text: (context) => context.cluster },
      { head: 'USER', text: (context) => context.user },
      { head: 'NAMESPACE', text: (context) => context.namespace },
      {
        head: 'PRODUCTION',
        text: productionText,
        paint: (text, { production }) => (production ? paint('warn', text) : text),
      },
      { head: 'REACHABLE', text: ({ reachable }) => (reachable === null ? null : reachable ? 'yes' : 'no') },
      { head: 'EXPIRES', text: (context) => expiryText(context, now, wide), paint: expiryTone(paint) },
      { head: 'SOURCE', text: ({ source }) => source },
      { head: 'COLOUR', text: ({ colour }) => colour, wide: true },
      { head: 'KUBECTL', text: ({ current }) => (current ? '*' : ' '), wide: true },
      { head: 'CAP', text: ({ cap }) => cap, wide: true },
      { head: 'AUTH', text: ({ auth }) => auth, wide: true },
      { head: 'SERVER', text: ({ apiServer }) => apiServer, wide: true },
    ],
    wide,
  );
  const errors = contexts.flatMap(({ ref, error }) =>
    error ? [`${paint('bad', `${ref}:`)} ${error.message}${error.hint ? `\n  ${error.hint}` : ''}`] : [],
  );
  const kubectl = kubectlNote(contexts.find((context) => context.active)?.ref ?? null, contexts);
  const notes = [...errors, ...credentialNotes(contexts, now), ...(kubectl === null ? [] : [kubectl])];
  return notes.length === 0 ? lines : `${lines}\n\n${notes.join('\n')}`;
};

function productionText({ production, productionGuessed }: Context): string | null {
  return production ? `yes${productionGuessed ? ' (by its name)' : ''}` : null;
}

const sourcesText: Render<readonly KubeSource[]> = (sources, { wide }) =>
  table(
    sources,
    [
      { head: 'PATH', text: (source) => source.path },
      { head: 'ORIGIN', text: (source) => source.origin },
      { head: 'CONTEXTS', text: (source) => source.contexts },
      { head: 'ERROR', text: (source) => source.error?.message },
    ],
    wide,
  );

/** The path as the running core must see it: it has another working folder. `~` is left to it. */
function absolutePath(io: CliIo, path: string): string {
  return isAbsolute(path) || path.startsWith('~') ? path : resolve(io.cwd, path);
}

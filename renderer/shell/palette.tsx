import { Command } from 'cmdk';
import { Inbox, Layers, Play, Plus, RotateCw, ScrollText, Server as ServerIcon, Square } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { pages } from '../model/route.ts';
import { useStatus } from '../session/session-context.tsx';
import { ContextName } from '../ui/tags.tsx';
import { pageTitles } from './nav.tsx';
import { usePalette } from './palette-context.tsx';
import { navigate } from './use-route.ts';
import { mayDo, type ServerVerb, useServerActions } from './use-server-actions.ts';
import { useSwitchContext } from './use-switch-context.ts';

const verbs: readonly { verb: ServerVerb; title: string; icon: ReactNode }[] = [
  { verb: 'start', title: 'Start', icon: <Play size={14} aria-hidden /> },
  { verb: 'stop', title: 'Stop', icon: <Square size={14} aria-hidden /> },
  { verb: 'restart', title: 'Restart', icon: <RotateCw size={14} aria-hidden /> },
];

/** Everything by its name: pages, contexts, servers. */
export function Palette() {
  const palette = usePalette();
  return (
    <Dialog.Root open={palette.open} onOpenChange={(open) => !open && palette.hide()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="appear fixed inset-x-4 top-[14vh] z-50 mx-auto max-w-[560px] overflow-hidden rounded-xl border border-line-2 bg-panel shadow-pop"
        >
          <Dialog.Title className="sr-only">Commands</Dialog.Title>
          <Command label="Commands" loop>
            <Command.Input
              placeholder="Go to a page, switch context, start a server…"
              className="h-11 w-full border-b border-line bg-transparent px-4 text-[14px] outline-none"
            />
            <Command.List className="max-h-[52vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-muted">Nothing by that name.</Command.Empty>
              <Entries done={palette.hide} />
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Entries({ done }: { done(): void }) {
  const servers = useStatus((status) => status.servers);
  const contexts = useStatus((status) => status.contexts);
  const act = useServerActions();
  const use = useSwitchContext();
  const then = (run: () => void) => () => {
    done();
    run();
  };
  return (
    <>
      <Group heading="Go to">
        {pages.map((page) => {
          const { title, icon: Icon } = pageTitles[page];
          return (
            <Entry
              key={page}
              value={`Go to ${title}`}
              icon={<Icon size={14} aria-hidden />}
              onSelect={then(() => navigate(page))}
            >
              {title}
            </Entry>
          );
        })}
        <Entry
          value="Add server dock"
          icon={<Plus size={14} aria-hidden />}
          onSelect={then(() => navigate('servers', [], { add: '1' }))}
        >
          Add server
        </Entry>
      </Group>
      <Group heading="Switch the active context">
        {contexts
          .filter((context) => !context.active)
          .map((context) => (
            <Entry
              key={context.ref}
              value={`Switch to context ${context.ref} ${context.label ?? ''}`}
              icon={<Layers size={14} aria-hidden />}
              onSelect={then(() => void use(context.ref))}
            >
              <ContextName
                name={context.label ?? context.ref}
                production={context.production}
                demo={context.demo}
                colour={context.colour}
              />
            </Entry>
          ))}
      </Group>
      {servers.map((server) => (
        <Group key={server.slug} heading={`Server ${server.slug}`}>
          {verbs
            .filter(({ verb }) => mayDo(verb, server))
            .map(({ verb, title, icon }) => (
              <Entry
                key={verb}
                value={`${title} server ${server.slug}`}
                icon={icon}
                onSelect={then(() => void act(verb, [server.slug]))}
              >
                {title} {server.slug}
              </Entry>
            ))}
          <Entry
            value={`Show server ${server.slug} details`}
            icon={<ServerIcon size={14} aria-hidden />}
            onSelect={then(() => navigate('servers', [server.slug]))}
          >
            Show {server.slug}
          </Entry>
          <Entry
            value={`Open log of ${server.slug}`}
            icon={<ScrollText size={14} aria-hidden />}
            onSelect={then(() => navigate('logs', [], { server: server.slug }))}
          >
            Open log of {server.slug}
          </Entry>
          <Entry
            value={`Open inspector of ${server.slug}`}
            icon={<Inbox size={14} aria-hidden />}
            onSelect={then(() => navigate('inspector', [server.slug]))}
          >
            Open inspector of {server.slug}
          </Entry>
        </Group>
      ))}
    </>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-sm [&_[cmdk-group-heading]]:text-faint"
    >
      {children}
    </Command.Group>
  );
}

function Entry({
  value,
  icon,
  onSelect,
  children,
}: {
  value: string;
  icon: ReactNode;
  onSelect(): void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-8 items-center gap-2.5 rounded-md px-2.5 py-1 aria-selected:bg-accent-bg"
    >
      <span className="text-muted">{icon}</span>
      {children}
    </Command.Item>
  );
}

import { Trash2 } from 'lucide-react';
import { useCallback, useState } from 'react';
import { effectiveGuard, type GuardLevel } from '../../../contract/model/guard.ts';
import { guardLevels } from '../../../contract/model/guard-levels.ts';
import type { Withheld } from '../../../contract/model/preset.ts';
import type { Server, UpdateServer } from '../../../contract/model/server.ts';
import { draftsOf, type OptionDrafts, optionChanges, readOptions } from '../../model/preset-options.ts';
import { guardChoices } from '../../model/words.ts';
import { useContextByRef, useLoaded, useSession } from '../../session/session-context.tsx';
import { navigate } from '../../shell/use-route.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useAction } from '../../ui/use-action.ts';
import { ContextChoice } from './context-choice.tsx';
import { GuardChoice } from './guard-choice.tsx';
import { LimitsForm } from './limits-form.tsx';
import { OptionsForm } from './options-form.tsx';
import { SharingSetting } from './sharing-setting.tsx';
import { WithheldNames } from './withheld.tsx';

/** How a server is set up. The guard takes effect at once; the rest is saved together. */
export function SettingsTab({ server }: { server: Server }) {
  const presets = useLoaded<'presets.list'>('presets', (session, signal) =>
    session.call('presets.list', undefined, { signal }),
  );
  const preset = presets.data?.find(({ id }) => id === server.preset);
  return (
    <div className="flex flex-col gap-6 px-4 py-3.5">
      <GuardSetting server={server} />
      {presets.error && (
        <ErrorNotice error={presets.error} action={<Button onClick={presets.reload}>Try again</Button>} />
      )}
      {presets.data && (
        <Setup
          key={JSON.stringify([server.boundTo, server.namespace, server.options])}
          server={server}
          options={preset?.options ?? []}
          withheld={preset?.withheld ?? []}
          needsContext={preset?.needsContext ?? false}
        />
      )}
      <SharingSetting server={server} />
      <LimitsForm key={JSON.stringify(server.limits)} server={server} />
      <RemoveServer server={server} />
    </div>
  );
}

function GuardSetting({ server }: { server: Server }) {
  const session = useSession();
  const context = useContextByRef(server.context);
  const [asked, setAsked] = useState<GuardLevel | null>(null);
  const change = useAction(
    useCallback(
      (guard: GuardLevel) => session.call('servers.update', { slug: server.slug, guard }),
      [session, server.slug],
    ),
  );
  const choose = (level: GuardLevel) => {
    const raises = guardLevels.indexOf(level) < guardLevels.indexOf(server.guard);
    if (raises) setAsked(level);
    else void change.run(level);
  };
  const capped = context !== null && effectiveGuard(server.guard, context.cap) !== server.guard;
  const wanted = guardChoices.find(({ level }) => level === asked);
  return (
    <div className="flex flex-col gap-2">
      <GuardChoice value={server.guard} onChange={choose} disabled={change.busy} />
      {capped && (
        <Notice tone="info" action={<Button onClick={() => navigate('contexts')}>Open contexts</Button>}>
          <b className="font-semibold">{context.ref}</b> {context.production ? 'is marked production and ' : ''}allows
          at most <b className="font-semibold">{context.cap}</b>, so that is what holds there.
        </Notice>
      )}
      <Confirm
        open={asked !== null}
        title={`Raise the guard of ${server.slug} to ${asked}?`}
        confirm={`Raise to ${asked}`}
        danger={asked === 'full'}
        busy={change.busy}
        onClose={() => setAsked(null)}
        onConfirm={async () => {
          if (asked && (await change.run(asked))) setAsked(null);
        }}
      >
        <p>{wanted?.consequence}</p>
        <p className="text-muted">
          This holds for every AI client that uses this server. The server restarts; sessions of clients go on.
        </p>
      </Confirm>
    </div>
  );
}

interface SetupProps {
  server: Server;
  options: Parameters<typeof OptionsForm>[0]['options'];
  withheld: readonly Withheld[];
  needsContext: boolean;
}

function Setup({ server, options, withheld, needsContext }: SetupProps) {
  const session = useSession();
  const toasts = useToasts();
  const [boundTo, setBoundTo] = useState(server.boundTo);
  const [namespace, setNamespace] = useState(server.namespace ?? '');
  const [drafts, setDrafts] = useState<OptionDrafts>(() => draftsOf(server.options));
  const { values, problems } = readOptions(options, drafts);
  const changed: Partial<UpdateServer> = {
    ...(boundTo === server.boundTo ? {} : { context: boundTo }),
    ...(namespace.trim() === (server.namespace ?? '') ? {} : { namespace: namespace.trim() || null }),
  };
  const changes = optionChanges(server.options, values);
  if (Object.keys(changes).length > 0) changed.options = changes;
  const dirty = Object.keys(changed).length > 0;
  const save = useAction(
    useCallback(
      async (change: Partial<UpdateServer>) => {
        await session.call('servers.update', { slug: server.slug, ...change });
        toasts.done(`Saved ${server.slug}.`);
      },
      [session, toasts, server.slug],
    ),
  );
  return (
    <form
      className="flex flex-col gap-3.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (dirty && Object.keys(problems).length === 0) void save.run(changed);
      }}
    >
      <ContextChoice value={boundTo} onChange={setBoundTo} needsContext={needsContext} />
      <Field label="Namespace" hint="Where the server looks when a call names none. Blank: as the context says.">
        {(ids) => <TextInput {...ids} value={namespace} onChange={(event) => setNamespace(event.target.value)} />}
      </Field>
      <OptionsForm options={options} drafts={drafts} problems={problems} onChange={setDrafts} />
      <WithheldNames withheld={withheld} />
      <div className="sticky bottom-0 -mx-4 flex items-center gap-2 border-t border-line bg-panel px-4 py-2.5">
        <Button type="submit" kind="primary" disabled={!dirty || Object.keys(problems).length > 0} busy={save.busy}>
          Save
        </Button>
        <span className="text-sm text-muted">
          {dirty ? 'A running server restarts with the change.' : 'Nothing changed.'}
        </span>
      </div>
    </form>
  );
}

function RemoveServer({ server }: { server: Server }) {
  const session = useSession();
  const [asking, setAsking] = useState(false);
  const remove = useAction(
    useCallback(async () => {
      await session.call('servers.remove', { slug: server.slug });
      navigate('servers');
    }, [session, server.slug]),
  );
  const clients = server.clients.map((client) => client.name).join(', ');
  return (
    <div className="border-t border-line pt-4">
      <Button kind="danger" icon={<Trash2 size={14} aria-hidden />} onClick={() => setAsking(true)}>
        Remove server
      </Button>
      <Confirm
        open={asking}
        title={`Remove ${server.slug}?`}
        confirm="Remove server"
        danger
        busy={remove.busy}
        onClose={() => setAsking(false)}
        onConfirm={() => void remove.run()}
      >
        <p>It stops, its endpoint and tokens end, and its settings are forgotten. The cluster is not touched.</p>
        <p className="text-muted">
          {clients ? `Used by ${clients}. ` : ''}Entries in AI clients stay until you uninstall them on the Clients
          page.
        </p>
      </Confirm>
    </div>
  );
}

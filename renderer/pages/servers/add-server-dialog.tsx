import { useMemo, useState } from 'react';
import { ACTIVE_CONTEXT, NO_CONTEXT } from '../../../contract/model/binding.ts';
import type { GuardLevel } from '../../../contract/model/guard.ts';
import type { Preset } from '../../../contract/model/preset.ts';
import type { Transport } from '../../../contract/model/server.ts';
import { type OptionDrafts, readOptions } from '../../model/preset-options.ts';
import { proposeSlug, slugProblem } from '../../model/slug-proposal.ts';
import { transportWords } from '../../model/words.ts';
import { asBerthError, useLoaded, useSession, useStatus } from '../../session/session-context.tsx';
import { navigate } from '../../shell/use-route.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Check, Field, Select, TextInput } from '../../ui/field.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { ContextChoice } from './context-choice.tsx';
import { GuardChoice } from './guard-choice.tsx';
import { InstallProgramDialog } from './install-program-dialog.tsx';
import { InstalledByBerth } from './installed-by-berth.tsx';
import { OptionsForm } from './options-form.tsx';
import { PresetCards } from './preset-cards.tsx';
import { WithheldNames } from './withheld.tsx';

/** Docks a server: which kind, for which context, how guarded. */
export function AddServerDialog({ onClose }: { onClose(): void }) {
  const presets = useLoaded<'presets.list'>('presets', (session, signal) =>
    session.call('presets.list', undefined, { signal }),
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const [installing, setInstalling] = useState<string | null>(null);
  const preset = presets.data?.find(({ id }) => id === chosen);
  const missing = presets.data?.find(({ id }) => id === installing);
  if (missing) {
    return (
      <InstallProgramDialog
        preset={missing}
        next="Set it up"
        onInstalled={presets.reload}
        onNext={() => {
          setChosen(missing.id);
          setInstalling(null);
        }}
        onClose={() => setInstalling(null)}
      />
    );
  }
  if (preset) return <SetUp preset={preset} onBack={() => setChosen(null)} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} width="wide" title="Add server" description="What should be docked?">
      {presets.error && (
        <ErrorNotice error={presets.error} action={<Button onClick={presets.reload}>Try again</Button>} />
      )}
      {presets.loading && !presets.data && <p className="text-muted">Looking for servers on this machine…</p>}
      {presets.data && <PresetCards presets={presets.data} onChoose={setChosen} onInstall={setInstalling} />}
      {presets.data && <InstalledByBerth presets={presets.data} onInstall={setInstalling} onRemoved={presets.reload} />}
    </Dialog>
  );
}

interface SetUpProps {
  preset: Preset;
  onBack(): void;
  onClose(): void;
}

function SetUp({ preset, onBack, onClose }: SetUpProps) {
  const session = useSession();
  const servers = useStatus((status) => status.servers);
  const contexts = useStatus((status) => status.contexts);
  const taken = useMemo(() => servers.map((server) => server.slug), [servers]);
  const [context, setContext] = useState(preset.needsContext || contexts.length > 0 ? ACTIVE_CONTEXT : NO_CONTEXT);
  const [typedSlug, setTypedSlug] = useState<string | null>(null);
  const [transport, setTransport] = useState<Transport | null>(null);
  const [guard, setGuard] = useState<GuardLevel>('read-only');
  const [start, setStart] = useState(true);
  const [drafts, setDrafts] = useState<OptionDrafts>({});
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ message: string; hint?: string } | null>(null);

  const slug = typedSlug ?? proposeSlug(preset.id, context, taken);
  const problem = slugProblem(slug, taken);
  const { values, problems } = readOptions(preset.options, drafts);
  const required = preset.options.filter((option) => option.required);
  const optional = preset.options.filter((option) => !option.required);
  const shownProblems = tried
    ? problems
    : Object.fromEntries(Object.entries(problems).filter(([name]) => drafts[name]));

  const add = async () => {
    setTried(true);
    if (problem || Object.keys(problems).length > 0) return;
    setBusy(true);
    setError(null);
    try {
      await session.call('servers.add', {
        preset: preset.id,
        slug,
        context,
        guard,
        start,
        options: values,
        ...(transport ? { transport } : {}),
      });
      onClose();
      navigate('servers', [slug]);
    } catch (failure) {
      const { message, hint } = asBerthError(failure);
      setError({ message, ...(hint ? { hint } : {}) });
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={`Add ${preset.title}`}
      description={preset.description}
      footer={
        <>
          <Button className="mr-auto" onClick={onBack}>
            Back
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="add-server" busy={busy}>
            Add server
          </Button>
        </>
      }
    >
      <form
        id="add-server"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        {preset.warnings.map((warning) => (
          <Notice key={warning} tone="warn">
            {warning}
          </Notice>
        ))}
        <div className="grid grid-cols-2 gap-4 max-[620px]:grid-cols-1">
          <Field label="Name" problem={problem} hint="Part of its endpoint, so AI clients see it.">
            {(ids) => <TextInput {...ids} value={slug} onChange={(event) => setTypedSlug(event.target.value)} />}
          </Field>
          <ContextChoice value={context} onChange={setContext} needsContext={preset.needsContext} />
        </div>
        {required.length > 0 && (
          <OptionsForm options={required} drafts={drafts} problems={shownProblems} onChange={setDrafts} />
        )}
        <GuardChoice value={guard} onChange={setGuard} />
        {guard === 'full' && (
          <Notice tone="warn">
            AI clients can change and delete in this cluster as soon as the server is ready. Contexts that are marked
            production stay read-only.
          </Notice>
        )}
        {(optional.length > 0 || preset.transports.length > 1) && (
          <details className="rounded-lg border border-line">
            <summary className="px-3 py-2 font-medium">Options</summary>
            <div className="flex flex-col gap-3.5 border-t border-line p-3">
              {preset.transports.length > 1 && (
                <Field label="Transport" hint="How Berth talks to the server. AI clients do not notice.">
                  {(ids) => (
                    <Select
                      {...ids}
                      value={transport ?? preset.transports[0]}
                      onChange={(event) => setTransport(event.target.value as Transport)}
                    >
                      {preset.transports.map((one) => (
                        <option key={one} value={one}>
                          {transportWords[one]}
                        </option>
                      ))}
                    </Select>
                  )}
                </Field>
              )}
              <OptionsForm options={optional} drafts={drafts} problems={shownProblems} onChange={setDrafts} />
              <WithheldNames withheld={preset.withheld} />
            </div>
          </details>
        )}
        <Check
          checked={start}
          onChange={(event) => setStart(event.target.checked)}
          hint="And again whenever Berth starts."
        >
          Start it now
        </Check>
        {error && <ErrorNotice error={error} />}
      </form>
    </Dialog>
  );
}

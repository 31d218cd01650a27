import { useCallback, useState } from 'react';
import type { Server } from '../../../contract/model/server.ts';
import { DEFAULT_CALL_SECONDS, type LimitsPatch } from '../../../contract/model/usage.ts';
import { type LimitDrafts, limitDrafts, readLimits } from '../../model/limit-drafts.ts';
import { useCapabilities, useSession } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useAction } from '../../ui/use-action.ts';

/** What a server may use before it is restarted, and what each client may ask of it. Nothing restarts when it is saved. */
export function LimitsForm({ server }: { server: Server }) {
  const session = useSession();
  const toasts = useToasts();
  const platform = useCapabilities()?.platform;
  const [drafts, setDrafts] = useState(() => limitDrafts(server.limits));
  const { patch, problems } = readLimits(server.limits, drafts);
  const mayBeSaved = Object.keys(patch).length > 0 && Object.keys(problems).length === 0;
  const save = useAction(
    useCallback(
      async (limits: LimitsPatch) => {
        await session.call('servers.update', { slug: server.slug, limits });
        toasts.done(`Saved the limits of ${server.slug}.`);
      },
      [session, toasts, server.slug],
    ),
  );
  const field = (name: keyof LimitDrafts, label: string, placeholder = 'none') => (
    <Field label={label} problem={problems[name]}>
      {(ids) => (
        <TextInput
          {...ids}
          inputMode="numeric"
          placeholder={placeholder}
          value={drafts[name]}
          onChange={(event) => setDrafts({ ...drafts, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <form
      className="flex flex-col gap-2.5 border-t border-line pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (mayBeSaved) void save.run(patch);
      }}
    >
      <div>
        <h3 className="font-semibold">Limits</h3>
        <p className="text-sm text-muted">
          {platform === 'win32'
            ? 'What a server uses is not measured on Windows, so limits have no effect here.'
            : 'Going over restarts the server and its log says why. All its processes count together. Blank: no limit.'}
        </p>
      </div>
      <div className="grid grid-cols-2 gap-3">
        {field('memoryMegabytes', 'Memory, MiB')}
        {field('cpuPercent', 'CPU, % of a core')}
      </div>
      <p className="text-sm text-muted">
        What each client may ask. More calls at once wait for their turn, more in a minute are refused with how long to
        wait. A call without answer or progress is given up after its time.
      </p>
      <div className="grid grid-cols-3 gap-3">
        {field('callsPerMinute', 'Calls per minute')}
        {field('callsAtOnce', 'Calls at once')}
        {field('callSeconds', 'Seconds silent', String(DEFAULT_CALL_SECONDS))}
      </div>
      <div>
        <Button type="submit" disabled={!mayBeSaved} busy={save.busy}>
          Save limits
        </Button>
      </div>
    </form>
  );
}

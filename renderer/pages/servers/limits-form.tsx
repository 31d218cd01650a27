import { useCallback, useState } from 'react';
import type { Server } from '../../../contract/model/server.ts';
import type { LimitsPatch } from '../../../contract/model/usage.ts';
import { limitDrafts, readLimits } from '../../model/limit-drafts.ts';
import { useCapabilities, useSession } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useAction } from '../../ui/use-action.ts';

/** What a server may use before it is restarted. Holds for the process that runs, so nothing restarts when it is saved. */
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
        <Field label="Memory, MiB" problem={problems.memoryMegabytes}>
          {(ids) => (
            <TextInput
              {...ids}
              inputMode="numeric"
              placeholder="none"
              value={drafts.memoryMegabytes}
              onChange={(event) => setDrafts({ ...drafts, memoryMegabytes: event.target.value })}
            />
          )}
        </Field>
        <Field label="CPU, % of a core" problem={problems.cpuPercent}>
          {(ids) => (
            <TextInput
              {...ids}
              inputMode="numeric"
              placeholder="none"
              value={drafts.cpuPercent}
              onChange={(event) => setDrafts({ ...drafts, cpuPercent: event.target.value })}
            />
          )}
        </Field>
      </div>
      <div>
        <Button type="submit" disabled={!mayBeSaved} busy={save.busy}>
          Save limits
        </Button>
      </div>
    </form>
  );
}

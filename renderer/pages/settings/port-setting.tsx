import { useCallback, useState } from 'react';
import { useSession, useStatus } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useAction } from '../../ui/use-action.ts';

/** The port of the endpoints, and what changing it means for the clients that are installed. */
export function PortSetting({ port, onSaved }: { port: number; onSaved(): void }) {
  const session = useSession();
  const toasts = useToasts();
  const endpoint = useStatus((status) => status.endpoint);
  const byUrl = useStatus((status) => status.clients).filter((client) =>
    client.entries.some((entry) => entry.via === 'url'),
  );
  const [text, setText] = useState(String(port));
  const wanted = Number(text);
  const valid = /^\d+$/.test(text.trim()) && wanted >= 1 && wanted <= 65535;
  const now = endpoint ? Number(new URL(endpoint).port) : null;
  const save = useAction(
    useCallback(
      async (next: number) => {
        await session.call('settings.update', { port: next });
        onSaved();
        toasts.done(`Port ${next} is saved.`);
      },
      [session, toasts, onSaved],
    ),
  );
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid && wanted !== port) void save.run(wanted);
      }}
    >
      <Field
        label="Port of the endpoints"
        hint="On 127.0.0.1 only. Endpoints move at once; no restart is needed."
        problem={valid ? null : 'a number from 1 to 65535'}
      >
        {(ids) => (
          <span className="flex gap-2">
            <TextInput
              {...ids}
              className="!w-28"
              inputMode="numeric"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <Button type="submit" disabled={!valid || wanted === port} busy={save.busy}>
              Save
            </Button>
          </span>
        )}
      </Field>
      {valid && wanted !== port && (
        <Notice tone="warn">
          {byUrl.length > 0
            ? `${byUrl.map((client) => client.title).join(', ')} reached Berth by its URL: install ${byUrl.length === 1 ? 'it' : 'them'} again after the change. Clients on the bridge notice nothing.`
            : 'No installed client is reached by URL; clients on the bridge notice nothing.'}
        </Notice>
      )}
      {now !== null && now !== port && (
        <Notice tone="info">
          Endpoints answer on port {now} now: Berth was started with that port, or {port} cannot be used yet.
        </Notice>
      )}
    </form>
  );
}

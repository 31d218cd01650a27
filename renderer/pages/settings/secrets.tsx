import { useCallback, useState } from 'react';
import { useLoaded, useSession } from '../../session/session-context.tsx';
import { Box } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Field, TextInput } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useAction } from '../../ui/use-action.ts';

const namePattern = /^[A-Za-z0-9._-]{1,64}$/;

/** Secrets by name: values go in and are never shown again. */
export function Secrets() {
  const session = useSession();
  const toasts = useToasts();
  const secrets = useLoaded<'secrets.list'>('secrets', (over, signal) =>
    over.call('secrets.list', undefined, { signal }),
  );
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [removing, setRemoving] = useState<string | null>(null);
  const { reload } = secrets;
  const badName = name !== '' && !namePattern.test(name);
  const set = useAction(
    useCallback(
      async (key: string, secret: string) => {
        await session.call('secrets.set', { name: key, value: secret });
        setName('');
        setValue('');
        reload();
        toasts.done(`Kept the secret ${key}.`);
      },
      [session, toasts, reload],
    ),
  );
  const remove = useAction(
    useCallback(
      async (key: string) => {
        await session.call('secrets.remove', { name: key });
        reload();
      },
      [session, reload],
    ),
  );
  const users = secrets.data?.find((secret) => secret.name === removing)?.usedBy ?? [];
  return (
    <Box title="Secrets" aside={<span>options refer to them as secret:NAME</span>}>
      {secrets.error && (
        <div className="p-3">
          <ErrorNotice error={secrets.error} action={<Button onClick={reload}>Try again</Button>} />
        </div>
      )}
      <ul>
        {secrets.data?.map((secret) => (
          <li key={secret.name} className="flex items-center gap-3 border-b border-line px-3.5 py-1.5">
            <span className="min-w-0 flex-1">
              <code>{secret.name}</code>
              <span className="block text-sm text-muted">
                {secret.usedBy.length > 0 ? `used by ${secret.usedBy.join(', ')}` : 'not used'}
              </span>
            </span>
            <Button
              size="small"
              kind="danger"
              aria-label={`Remove the secret ${secret.name}`}
              onClick={() => setRemoving(secret.name)}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      {secrets.data?.length === 0 && (
        <p className="border-b border-line px-3.5 py-2.5 text-muted">
          No secret is kept. Servers that need an API token get it from here, never from a file.
        </p>
      )}
      <form
        className="grid grid-cols-[1fr_1fr_auto] items-start gap-3 p-3.5 max-[700px]:grid-cols-1"
        onSubmit={(event) => {
          event.preventDefault();
          if (name && !badName && value) void set.run(name, value);
        }}
      >
        <Field label="Name" problem={badName ? 'use letters, digits, ".", "_" and "-"' : null}>
          {(ids) => (
            <TextInput {...ids} mono maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field label="Value">
          {(ids) => (
            <TextInput
              {...ids}
              type="password"
              autoComplete="new-password"
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" className="mt-6" disabled={!name || badName || !value} busy={set.busy}>
          {secrets.data?.some((secret) => secret.name === name) ? 'Replace' : 'Keep'}
        </Button>
      </form>
      <Confirm
        open={removing !== null}
        title={`Remove the secret ${removing}?`}
        confirm="Remove"
        danger
        busy={remove.busy}
        onClose={() => setRemoving(null)}
        onConfirm={async () => {
          if (removing && (await remove.run(removing))) setRemoving(null);
        }}
      >
        <p>{users.length > 0 ? `${users.join(', ')} cannot start without it.` : 'Nothing uses it.'}</p>
      </Confirm>
    </Box>
  );
}

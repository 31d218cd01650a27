import { useCallback, useState } from 'react';
import type { CallOutput } from '../../../contract/calls.ts';
import type { ClientVia } from '../../../contract/model/client.ts';
import { useSession, useStatus } from '../../session/session-context.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';

type Snippet = CallOutput<'endpoint.snippet'>;

interface Format {
  readonly id: string;
  readonly title: string;
  readonly ways: readonly ClientVia[];
}

const both: readonly ClientVia[] = ['bridge', 'url'];

/** An endpoint as the text that a client's file, or a terminal, wants. By URL a token is made, only when it is asked for. */
export function SnippetDialog({ slug, name, onClose }: { slug: string; name: string; onClose(): void }) {
  const session = useSession();
  const clients = useStatus((status) => status.clients);
  const formats: readonly Format[] = [
    { id: 'json', title: 'JSON, as most clients have it', ways: both },
    ...clients.map(({ id, title, ways }) => ({ id, title: `File of ${title}`, ways })),
    { id: 'claude-cli', title: 'Command of Claude Code', ways: ['bridge'] },
    { id: 'curl', title: 'Request for curl', ways: ['url'] },
  ];
  const [format, setFormat] = useState<Format | undefined>(formats[0]);
  const [via, setVia] = useState<ClientVia>('bridge');
  const [snippet, setSnippet] = useState<Snippet | null>(null);
  const way = format && !format.ways.includes(via) ? (format.ways[0] ?? via) : via;
  const show = useAction(
    useCallback(
      async (as: string, by: ClientVia) => {
        setSnippet(await session.call('endpoint.snippet', { slug, name, format: as, via: by }));
      },
      [session, slug, name],
    ),
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Copy ${slug} as…`}
      description={`For the client "${name}".`}
      footer={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (format) void show.run(format.id, way);
        }}
      >
        <div className="w-56">
          <Field label="Format">
            {(ids) => (
              <Select
                {...ids}
                value={format?.id ?? ''}
                onChange={(event) => {
                  setFormat(formats.find(({ id }) => id === event.target.value));
                  setSnippet(null);
                }}
              >
                {formats.map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <div className="w-52">
          <Field label="Way">
            {(ids) => (
              <Select
                {...ids}
                value={way}
                onChange={(event) => {
                  setVia(event.target.value === 'url' ? 'url' : 'bridge');
                  setSnippet(null);
                }}
              >
                {both
                  .filter((one) => format?.ways.includes(one))
                  .map((one) => (
                    <option key={one} value={one}>
                      {one === 'url' ? 'by URL, with a token' : 'over the bridge, no token'}
                    </option>
                  ))}
              </Select>
            )}
          </Field>
        </div>
        <Button type="submit" busy={show.busy}>
          {way === 'url' ? 'Make a token and show' : 'Show'}
        </Button>
      </form>
      {snippet && <Shown snippet={snippet} />}
    </Dialog>
  );
}

function Shown({ snippet }: { snippet: Snippet }) {
  return (
    <section aria-label="Text to paste" className="flex flex-col gap-2">
      {snippet.secret && (
        <Notice tone="warn">The token in it is shown this once. Berth keeps only its fingerprint.</Notice>
      )}
      <div className="flex items-center gap-2">
        <p className="min-w-0 flex-1 truncate text-muted" title={snippet.file ?? undefined}>
          {snippet.file === null ? '' : `Belongs into ${snippet.file}`}
        </p>
        <CopyButton text={snippet.text} what="text" />
      </div>
      <pre className="overflow-x-auto rounded-md bg-code px-3 py-2 font-mono text-sm">{snippet.text}</pre>
    </section>
  );
}

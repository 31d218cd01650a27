import { useCallback, useState } from 'react';
import type { CallOutput } from '../../../contract/calls.ts';
import { ALL } from '../../../contract/model/all.ts';
import { useLoaded, useSession, useStatus } from '../../session/session-context.tsx';
import { Box } from '../../ui/box.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyableCode, CopyButton } from '../../ui/copy-button.tsx';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { Field, Select, TextInput } from '../../ui/field.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Ago } from '../../ui/time.tsx';
import { useAction } from '../../ui/use-action.ts';
import { SnippetDialog } from './snippet-dialog.tsx';

type Minted = CallOutput<'endpoint.mint'>;

/** URL and header for clients that Berth does not know, and every token that was given out. */
export function OtherClients() {
  const session = useSession();
  const servers = useStatus((status) => status.servers);
  // Tokens come and go with installs; the clients' entries change with them.
  const clients = useStatus((status) => status.clients);
  const tokens = useLoaded<'endpoint.tokens'>(
    `tokens ${JSON.stringify(clients.map(({ id, entries }) => [id, entries]))}`,
    (over, signal) => over.call('endpoint.tokens', undefined, { signal }),
  );
  const [name, setName] = useState('');
  const [slug, setSlug] = useState<string | null>(null);
  const [copying, setCopying] = useState(false);
  const [minted, setMinted] = useState<Minted | null>(null);
  const chosen = slug ?? servers[0]?.slug;
  const { reload } = tokens;
  const mint = useAction(
    useCallback(
      async (of: string, by: string) => {
        setMinted(await session.call('endpoint.mint', { slug: of, name: by }));
        setName('');
        reload();
      },
      [session, reload],
    ),
  );
  return (
    <Box title="Any other client" aside={<span>by URL and header, or over the bridge</span>}>
      <form
        className="flex flex-wrap items-end gap-3 border-b border-line p-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen && name.trim()) void mint.run(chosen, name.trim());
        }}
      >
        <div className="w-52">
          <Field label="Server">
            {(ids) => (
              <Select
                {...ids}
                value={chosen ?? ''}
                disabled={servers.length === 0}
                onChange={(event) => setSlug(event.target.value)}
              >
                {servers.map((server) => (
                  <option key={server.slug}>{server.slug}</option>
                ))}
                {servers.length > 0 && <option value={ALL}>all servers as one</option>}
                {servers.length === 0 && <option value="">no server yet</option>}
              </Select>
            )}
          </Field>
        </div>
        <div className="w-56">
          <Field label="Name of the client">
            {(ids) => (
              <TextInput
                {...ids}
                placeholder="my-agent"
                maxLength={64}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Button type="submit" busy={mint.busy} disabled={!chosen || !name.trim()}>
          Make a token
        </Button>
        <Button disabled={!chosen || !name.trim()} onClick={() => setCopying(true)}>
          Copy as…
        </Button>
        {chosen === ALL && (
          <p className="w-full text-sm text-muted">
            This token opens every server that is docked, now and later; their guards decide about each call.
          </p>
        )}
      </form>
      <TokenList tokens={tokens} />
      {copying && chosen && (
        <SnippetDialog
          slug={chosen}
          name={name.trim()}
          onClose={() => {
            setCopying(false);
            reload();
          }}
        />
      )}
      {minted && <MintedDialog minted={minted} onClose={() => setMinted(null)} />}
    </Box>
  );
}

function TokenList({ tokens }: { tokens: ReturnType<typeof useLoaded<'endpoint.tokens'>> }) {
  const session = useSession();
  const [asked, setAsked] = useState<string | null>(null);
  const { reload } = tokens;
  const revoke = useAction(
    useCallback(
      async (name: string) => {
        await session.call('endpoint.revoke', { name });
        reload();
      },
      [session, reload],
    ),
  );
  if (tokens.error) {
    return (
      <div className="p-3">
        <ErrorNotice error={tokens.error} action={<Button onClick={reload}>Try again</Button>} />
      </div>
    );
  }
  if (!tokens.data?.length)
    return (
      <p className="px-3 py-2.5 text-muted">
        No token was given out yet. Each belongs to one client and one server, and can be revoked here.
      </p>
    );
  return (
    <>
      <ul>
        {tokens.data.map((token) => (
          <li
            key={`${token.name} ${token.slug} ${token.createdAt}`}
            className="flex items-center gap-3 px-3 py-1.5 not-first:border-t not-first:border-line"
          >
            <span className="min-w-0 flex-1">
              <span className="font-medium">{token.name}</span> <span className="text-muted">for {token.slug}</span>
              <span className="block text-sm text-muted">
                made <Ago time={token.createdAt} /> ·{' '}
                {token.lastUsedAt ? (
                  <>
                    used <Ago time={token.lastUsedAt} />
                  </>
                ) : (
                  'never used'
                )}
              </span>
            </span>
            <Button
              size="small"
              kind="danger"
              aria-label={`Revoke the tokens of ${token.name}`}
              onClick={() => setAsked(token.name)}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      <Confirm
        open={asked !== null}
        title={`Revoke all tokens of ${asked}?`}
        confirm="Revoke"
        danger
        busy={revoke.busy}
        onClose={() => setAsked(null)}
        onConfirm={async () => {
          if (asked && (await revoke.run(asked))) setAsked(null);
        }}
      >
        <p>
          It is refused from its next request on. A client that Berth installed gets a new token when it is installed
          again.
        </p>
      </Confirm>
    </>
  );
}

function MintedDialog({ minted, onClose }: { minted: Minted; onClose(): void }) {
  const [[header, value] = ['', '']] = Object.entries(minted.headers);
  return (
    <Dialog
      open
      onClose={onClose}
      title="Paste this into the client"
      footer={
        <>
          <span className="mr-auto">
            <CopyButton text={JSON.stringify(minted, null, 2)} label="Copy as JSON" what="URL and header as JSON" />
          </span>
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <Notice tone="warn">The token is shown this once. Berth keeps only its fingerprint.</Notice>
      <div className="flex flex-col gap-1">
        <p className="font-medium">URL</p>
        <CopyableCode text={minted.url} what="URL" />
      </div>
      <div className="flex flex-col gap-1">
        <p className="font-medium">Header {header}</p>
        <CopyableCode text={value} what="header" />
      </div>
    </Dialog>
  );
}

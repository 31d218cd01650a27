import { useServer, useStatus } from '../../session/session-context.tsx';
import { navigate } from '../../shell/use-route.ts';
import { Button } from '../../ui/button.tsx';
import { CopyableCode } from '../../ui/copy-button.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { type Mark, MarkedWord, Sign } from '../../ui/state-mark.tsx';
import type { DockingStep, useDocking } from './use-docking.ts';

const marks: Readonly<Record<DockingStep['state'], { mark: Mark; word: string }>> = {
  waiting: { mark: 'off', word: 'waiting' },
  running: { mark: 'busy', word: 'under way' },
  done: { mark: 'ok', word: 'done' },
  failed: { mark: 'bad', word: 'failed' },
};

/** Each step as it goes, and at the end what to do in the AI clients. */
export function DockingProgress({ docking, onFinish }: { docking: ReturnType<typeof useDocking>; onFinish(): void }) {
  const { steps, slug, done, retry, reset } = docking;
  const docked = useServer(slug) !== null;
  const finish = (page: 'servers' | 'inspector' | 'logs') => {
    onFinish();
    if (page === 'servers') navigate('servers', slug ? [slug] : []);
    else if (page === 'inspector') navigate('inspector', slug ? [slug] : []);
    else navigate('logs', [], slug ? { server: slug } : {});
  };
  return (
    <div className="mx-auto flex w-full max-w-[600px] flex-col gap-4">
      <h2 className="text-xl font-semibold">{done ? 'Docked' : 'Docking…'}</h2>
      <ol aria-live="polite" className="overflow-hidden rounded-lg border border-line bg-panel">
        {steps.map((step) => (
          <li key={step.id} className="px-3 py-2 not-first:border-t not-first:border-line">
            <p className="flex items-center gap-2.5">
              <Sign mark={marks[step.state].mark} />
              <span className={step.state === 'waiting' ? 'text-muted' : 'font-medium'}>{step.title}</span>
              <span className="ml-auto text-sm text-faint">{marks[step.state].word}</span>
            </p>
            {step.error && (
              <div className="mt-2">
                <ErrorNotice
                  error={step.error}
                  action={
                    <>
                      {step.id === 'start' && <Button onClick={() => finish('logs')}>Open log</Button>}
                      <Button kind="primary" busy={step.state === 'running'} onClick={retry}>
                        Try again
                      </Button>
                    </>
                  }
                />
              </div>
            )}
          </li>
        ))}
      </ol>
      {done && slug && (
        <NextSteps
          slug={slug}
          installed={steps.filter(({ id }) => id.startsWith('client-')).map(({ id }) => id.slice('client-'.length))}
        />
      )}
      <div className="flex gap-2">
        {done ? (
          <>
            <Button kind="primary" onClick={() => finish('servers')}>
              Show the server
            </Button>
            <Button onClick={() => finish('inspector')}>Try a tool</Button>
          </>
        ) : docked ? (
          <Button kind="quiet" onClick={() => finish('servers')}>
            Skip the rest
          </Button>
        ) : (
          <Button
            kind="quiet"
            onClick={() => {
              onFinish();
              reset();
            }}
          >
            Choose again
          </Button>
        )}
      </div>
    </div>
  );
}

function NextSteps({ slug, installed }: { slug: string; installed: readonly string[] }) {
  const server = useServer(slug);
  const clients = useStatus((status) => status.clients).filter((client) => installed.includes(client.id));
  if (!server) return null;
  return (
    <>
      <CopyableCode text={server.endpoint.http} what="endpoint" />
      {clients.map((client) => (
        <div key={client.id}>
          <p className="flex items-center gap-2 font-medium">
            {client.title}
            {client.connectedAt ? (
              <MarkedWord mark="ok">Connected</MarkedWord>
            ) : (
              <MarkedWord mark="busy">Waiting for it to connect</MarkedWord>
            )}
          </p>
          {!client.connectedAt && <p className="text-muted">{client.reload}</p>}
        </div>
      ))}
    </>
  );
}

import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import type { Context, KubeSource } from '../../../contract/model/context.ts';
import { type ContextFilter, contextFilters, filterContexts } from '../../model/context-filter.ts';
import { count } from '../../model/words.ts';
import { useSession, useStatus } from '../../session/session-context.tsx';
import { Page, PageBody } from '../../shell/page.tsx';
import { useSwitchContext } from '../../shell/use-switch-context.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { TextInput } from '../../ui/field.tsx';
import { Switch } from '../../ui/switch.tsx';
import { useAction } from '../../ui/use-action.ts';
import { ContextTable } from './context-table.tsx';
import { Sources } from './sources.tsx';

/** Every context that was found, by the file that it comes from. */
export function ContextsPage() {
  const contexts = useStatus((status) => status.contexts);
  const sources = useStatus((status) => status.sources);
  const session = useSession();
  const probeAll = useAction(useCallback(() => session.call('contexts.list', { probe: true }), [session]));
  return (
    <Page
      title="Contexts"
      summary={summary(contexts, sources)}
      actions={
        <Button
          disabled={contexts.length === 0}
          busy={probeAll.busy}
          onClick={() => void probeAll.run()}
          title="Asks every cluster whether it answers. Contexts with an exec plugin may log in."
        >
          Check all
        </Button>
      }
    >
      <PageBody>
        {contexts.length === 0 ? (
          <Empty title="No context was found">
            Berth looks in KUBECONFIG and ~/.kube/config. Add a file or a folder below, or try the demo cluster.
          </Empty>
        ) : (
          <ContextList contexts={contexts} sources={sources} />
        )}
        <Sources />
        <DemoSetting />
      </PageBody>
    </Page>
  );
}

/** Rows that are drawn before more are asked for: each has controls, and files may hold a thousand contexts. */
const ROWS = 100;
/** Fewer need no search. */
const MANY = 8;

function ContextList({ contexts, sources }: { contexts: readonly Context[]; sources: readonly KubeSource[] }) {
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<ContextFilter>('all');
  const [rows, setRows] = useState(ROWS);
  // As text, so that it is the same as long as it says the same.
  const used = useStatus(({ activeContext, servers }) =>
    [activeContext, ...servers.map((server) => server.context)].filter(Boolean).join('\n'),
  );
  const wanted = useDeferredValue(search);
  const shown = useMemo(
    () => filterContexts(contexts, { search: wanted, filter, inUse: new Set(used.split('\n')) }),
    [contexts, wanted, filter, used],
  );
  const drawn = useMemo(() => shown.slice(0, rows), [shown, rows]);
  return (
    <div className="flex flex-col gap-2">
      {contexts.length > MANY && (
        <div className="flex flex-wrap items-center gap-2">
          <TextInput
            type="search"
            className="max-w-80"
            aria-label="Search contexts"
            placeholder="Search name, cluster, user, address"
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
              setRows(ROWS);
            }}
          />
          <fieldset className="inline-flex overflow-hidden rounded-md border border-control">
            <legend className="sr-only">Which contexts to show</legend>
            {contextFilters.map((id) => (
              <label
                key={id}
                className="px-2.5 py-[3px] not-first-of-type:border-l not-first-of-type:border-line-2 has-checked:bg-accent-bg has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent"
              >
                <input
                  type="radio"
                  name="context-filter"
                  className="sr-only"
                  checked={filter === id}
                  onChange={() => {
                    setFilter(id);
                    setRows(ROWS);
                  }}
                />
                {filterWords[id]}
              </label>
            ))}
          </fieldset>
          <span className="ml-auto text-sm text-muted" aria-live="polite">
            {shown.length === contexts.length ? '' : `${shown.length.toLocaleString('en')} of `}
            {count(contexts.length, 'context')}
          </span>
        </div>
      )}
      <KubectlElsewhere contexts={contexts} />
      {shown.length === 0 ? (
        <p className="py-6 text-center text-muted">No context fits.</p>
      ) : (
        <ContextTable contexts={drawn} sources={sources} />
      )}
      {drawn.length < shown.length && (
        <div className="flex justify-center">
          <Button onClick={() => setRows((last) => last + ROWS)}>
            Show {Math.min(ROWS, shown.length - drawn.length)} more of{' '}
            {(shown.length - drawn.length).toLocaleString('en')}
          </Button>
        </div>
      )}
    </div>
  );
}

const filterWords: Readonly<Record<ContextFilter, string>> = {
  all: 'All',
  'in use': 'In use',
  production: 'Production',
  attention: 'Needs attention',
};

/** That kubectl works on another context is no fault, but good to know. */
function KubectlElsewhere({ contexts }: { contexts: readonly Context[] }) {
  const use = useSwitchContext();
  const switchingTo = useStatus((status) => status.switchingTo);
  const active = contexts.find((context) => context.active);
  const current = contexts.find((context) => context.current);
  if (!active || !current || active === current) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-muted">
      <span>
        kubectl's current context is <b className="font-medium text-text">{current.ref}</b>. Berth stays on{' '}
        <b className="font-medium text-text">{active.label ?? active.ref}</b>.
      </span>
      <Button size="small" disabled={switchingTo !== null} onClick={() => void use(current.ref)}>
        Use kubectl's
      </Button>
    </p>
  );
}

function summary(contexts: readonly Context[], sources: readonly KubeSource[]): string {
  const production = contexts.filter((context) => context.production).length;
  const ending = contexts.filter(({ expiry }) => expiry !== null && expiry.state !== 'ok').length;
  return [
    `${count(contexts.length, 'context')} from ${count(sources.length, 'source')}`,
    ...(production > 0 ? [`${production} production`] : []),
    ...(ending > 0 ? [`${count(ending, 'credential')} ended or ending soon`] : []),
  ].join(' · ');
}

function DemoSetting() {
  const session = useSession();
  const demo = useStatus((status) => status.demo);
  const set = useAction(useCallback((on: boolean) => session.call('demo.set', { on, keep: true }), [session]));
  return (
    <section className="flex items-start gap-3 rounded-lg border border-line bg-panel px-3 py-2.5">
      <div className="mt-px">
        <Switch label="Demo cluster" checked={demo} disabled={set.busy} onChange={(on) => void set.run(on)} />
      </div>
      <div>
        <p className="font-medium">Demo cluster</p>
        <p className="text-muted">
          Two small clusters inside Berth, demo-staging and demo-production, with made-up read-only data. They listen on
          this machine only.
        </p>
      </div>
    </section>
  );
}

import { useCallback } from 'react';
import type { Context, KubeSource } from '../../../contract/model/context.ts';
import { count } from '../../model/words.ts';
import { useSession, useStatus } from '../../session/session-context.tsx';
import { Page, PageBody } from '../../shell/page.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
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
          <ContextTable contexts={contexts} sources={sources} />
        )}
        <Sources />
        <DemoSetting />
      </PageBody>
    </Page>
  );
}

function summary(contexts: readonly Context[], sources: readonly KubeSource[]): string {
  const production = contexts.filter((context) => context.production).length;
  return [
    `${count(contexts.length, 'context')} from ${count(sources.length, 'source')}`,
    ...(production > 0 ? [`${production} production`] : []),
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

import { useMemo } from 'react';
import type { Context, KubeSource } from '../../../contract/model/context.ts';
import { ErrorNotice } from '../../ui/notice.tsx';
import { DemoTag } from '../../ui/tags.tsx';
import { ContextRow } from './context-row.tsx';

const head = 'border-b border-line px-2 py-1.5 text-left text-sm font-medium whitespace-nowrap text-faint';

/** Contexts in groups, one per source, in the order in which they are read. */
export function ContextTable({ contexts, sources }: { contexts: readonly Context[]; sources: readonly KubeSource[] }) {
  const groups = useMemo(() => groupBySource(contexts, sources), [contexts, sources]);
  return (
    <div className="@container -mx-4 overflow-x-auto">
      <table className="w-full border-collapse">
        <thead>
          <tr>
            <th scope="col" className={`${head} w-8 !pr-1 !pl-4`}>
              <span className="sr-only">Active</span>
            </th>
            <th scope="col" className={head}>
              Context
            </th>
            <th scope="col" className={head}>
              Cluster
            </th>
            <th scope="col" className={`${head} @max-[900px]:hidden`}>
              Login
            </th>
            <th scope="col" className={head}>
              Production
            </th>
            <th scope="col" className={head} title="The most that any server may do in this context">
              At most
            </th>
            <th scope="col" className={`${head} w-0`}>
              <span className="sr-only">Edit and check</span>
            </th>
          </tr>
        </thead>
        {groups.map(({ source, error, contexts: members }) => (
          <tbody key={source}>
            <tr>
              <th
                scope="colgroup"
                colSpan={7}
                className="border-b border-line bg-raise px-4 py-1.5 text-left text-sm font-medium text-muted"
              >
                <span className="inline-flex max-w-full items-center gap-2">
                  {source === 'demo' ? (
                    <>
                      Demo cluster <DemoTag />
                    </>
                  ) : (
                    <code className="wrap-anywhere">{source}</code>
                  )}
                </span>
                {error && (
                  <div className="mt-1 font-normal text-text">
                    <ErrorNotice error={error} />
                  </div>
                )}
              </th>
            </tr>
            {members.map((context) => (
              <ContextRow key={context.ref} context={context} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function groupBySource(contexts: readonly Context[], sources: readonly KubeSource[]) {
  const names = [...new Set(contexts.map((context) => context.source))];
  return names.map((source) => ({
    source,
    error: sources.find(({ path }) => path === source)?.error ?? null,
    contexts: contexts.filter((context) => context.source === source),
  }));
}

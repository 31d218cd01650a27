import { allModeClauses, allSummary } from '../../model/all-servers.ts';
import { routeHash } from '../../model/route.ts';
import { useStatus } from '../../session/session-context.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';

/** Below the list: that all servers have one endpoint, too. Says nothing where there is only one. */
export function AllLine() {
  const all = useStatus((status) => status.all);
  const docked = useStatus((status) => status.servers.length);
  const summary = useStatus((status) => allSummary(status.servers));
  if (docked < 2) return null;
  return (
    <section
      aria-label="All servers as one"
      className="flex flex-wrap items-center gap-x-2 gap-y-1 px-4 py-3 text-sm text-muted"
    >
      <a href={routeHash('clients')} className="font-medium text-text hover:underline hover:underline-offset-2">
        All servers as one
      </a>
      <span>
        {summary} · {allModeClauses[all.mode]}
      </span>
      <CopyButton text={all.endpoint.http} label="Copy endpoint" what="endpoint of all servers" />
    </section>
  );
}

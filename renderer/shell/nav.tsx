import {
  Activity,
  Cable,
  Inbox,
  Layers,
  type LucideIcon,
  ScrollText,
  Server,
  Settings,
  Stethoscope,
} from 'lucide-react';
import { clientTrouble } from '../../contract/model/client.ts';
import type { KeychainStatus } from '../../contract/model/status.ts';
import { isInstalled } from '../model/install-choices.ts';
import { type PageName, pages, routeHash } from '../model/route.ts';
import { useStatus } from '../session/session-context.tsx';
import { classNames } from '../ui/class-names.ts';
import { BrandMark } from './brand.tsx';

/** Titles and icons of the pages. */
export const pageTitles: Readonly<Record<PageName, { title: string; icon: LucideIcon }>> = {
  servers: { title: 'Servers', icon: Server },
  contexts: { title: 'Contexts', icon: Layers },
  clients: { title: 'Clients', icon: Cable },
  activity: { title: 'Activity', icon: Activity },
  inspector: { title: 'Inspector', icon: Inbox },
  doctor: { title: 'Doctor', icon: Stethoscope },
  logs: { title: 'Logs', icon: ScrollText },
  settings: { title: 'Settings', icon: Settings },
};

export function Nav({ current }: { current: PageName }) {
  return (
    <nav
      aria-label="Pages"
      className="flex w-[188px] shrink-0 flex-col gap-px overflow-y-auto border-r border-line px-2 py-3 max-[1000px]:w-14"
    >
      <div className="flex items-center gap-2 px-2 pt-0.5 pb-3.5 text-[14px] font-semibold max-[1000px]:justify-center">
        <BrandMark />
        <span className="max-[1000px]:sr-only">Berth</span>
      </div>
      {pages.map((page) => (
        <NavLink key={page} page={page} current={page === current} />
      ))}
      <Foot />
    </nav>
  );
}

function NavLink({ page, current }: { page: PageName; current: boolean }) {
  const { title, icon: Icon } = pageTitles[page];
  const badge = useBadge(page);
  return (
    <a
      href={routeHash(page)}
      aria-current={current ? 'page' : undefined}
      title={title}
      className={classNames(
        'relative flex items-center gap-2 rounded-md px-2 py-[5px] max-[1000px]:justify-center max-[1000px]:py-2',
        current
          ? 'bg-panel font-medium text-text shadow-[0_0_0_1px_var(--line)]'
          : 'text-muted hover:bg-code hover:text-text',
      )}
    >
      <Icon size={15} aria-hidden className="hidden shrink-0 max-[1000px]:block" />
      <span className="flex-1 max-[1000px]:sr-only">{title}</span>
      {badge?.bad && (
        <span aria-hidden className="absolute top-1 right-1.5 size-1.5 rounded-full bg-bad min-[1001px]:hidden" />
      )}
      {badge && (
        <span
          className={classNames('text-sm max-[1000px]:sr-only', badge.bad ? 'font-semibold text-bad' : 'text-faint')}
          title={badge.title}
        >
          {badge.number}
          {badge.title && <span className="sr-only"> {badge.title}</span>}
        </span>
      )}
    </a>
  );
}

interface Badge {
  readonly number: number;
  readonly bad: boolean;
  readonly title?: string;
}

/** A count, or in red how many need a look. */
function useBadge(page: PageName): Badge | null {
  const total = useStatus((status) => {
    if (page === 'servers') return status.servers.length;
    if (page === 'contexts') return status.contexts.length;
    if (page === 'clients') return status.clients.filter(isInstalled).length;
    return 0;
  });
  const troubled = useStatus((status) => {
    if (page === 'servers') return status.servers.filter((server) => server.state === 'failed').length;
    if (page === 'contexts') return status.sources.filter(({ error }) => error && error.code !== 'not-found').length;
    if (page === 'clients') {
      return status.clients.filter((client) => clientTrouble(client) !== null).length;
    }
    if (page === 'settings') return status.problems.length;
    return 0;
  });
  if (troubled > 0) return { number: troubled, bad: true, title: troubledWords[page] ?? '' };
  return total > 0 ? { number: total, bad: false } : null;
}

const troubledWords: Partial<Record<PageName, string>> = {
  servers: 'failed',
  contexts: 'cannot be read',
  clients: 'need a look',
  settings: 'problems',
};

function Foot() {
  const endpoint = useStatus((status) => status.endpoint);
  const keychain = useStatus((status) => status.keychain);
  const version = useStatus((status) => status.version);
  const shell = useStatus((status) => status.shell);
  return (
    <div className="mt-auto px-2 pt-4 text-sm leading-[18px] text-faint max-[1000px]:hidden">
      {endpoint ? (
        <p title="Where AI clients connect to">{endpoint.replace(/^https?:\/\//, '')}</p>
      ) : (
        <p className="text-bad">no endpoint</p>
      )}
      <p title={keychain.reason ?? undefined}>{keychainWords(keychain)}</p>
      <p>
        Berth {version} · {shell}
      </p>
    </div>
  );
}

export function keychainWords({ state }: KeychainStatus): string {
  if (state === 'available') return 'keychain unlocked';
  return state === 'unavailable' ? 'no keychain' : 'keychain not used yet';
}

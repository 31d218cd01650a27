import { Check, ChevronDown, Layers, LoaderCircle } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Context } from '../../contract/model/context.ts';
import { filterContexts } from '../model/context-filter.ts';
import { count } from '../model/words.ts';
import { Expiry } from '../pages/contexts/expiry.tsx';
import { useStatus } from '../session/session-context.tsx';
import { classNames } from '../ui/class-names.ts';
import { ContextSwatch } from '../ui/context-swatch.tsx';
import { Menu, MenuItem, MenuSearch, MenuSeparator } from '../ui/menu.tsx';
import { ContextName, DemoTag, ProductionTag } from '../ui/tags.tsx';
import { navigate } from './use-route.ts';
import { useSwitchContext } from './use-switch-context.ts';

/** Contexts that are listed without a search, and at most with one. */
const MANY = 12;
const MOST = 40;

function rank({ active, current }: Context): number {
  return active ? 2 : current ? 1 : 0;
}

/** The active context, always in sight, and the way to another one. */
export function ContextSwitcher() {
  const contexts = useStatus((status) => status.contexts);
  const activeRef = useStatus((status) => status.activeContext);
  const switchingTo = useStatus((status) => status.switchingTo);
  const use = useSwitchContext();
  const active = contexts.find((context) => context.ref === activeRef);
  const [search, setSearch] = useState('');
  const shown = useMemo(() => {
    const found = filterContexts(contexts, { search, filter: 'all', inUse: new Set() });
    // Where not all are in sight, the one that is active and kubectl's are.
    return found.sort((a, b) => rank(b) - rank(a));
  }, [contexts, search]);
  return (
    <Menu
      onOpenChange={(open) => !open && setSearch('')}
      trigger={
        <button
          type="button"
          aria-label={switchingTo ? `Switching to ${switchingTo}` : `Active context: ${activeRef ?? 'none'}`}
          aria-busy={switchingTo !== null || undefined}
          className={classNames(
            'inline-flex h-7 max-w-[46%] min-w-0 items-center gap-2 rounded-md border bg-panel px-2.5 font-medium hover:border-control',
            active?.production ? 'border-prod/50' : 'border-line-2',
          )}
        >
          {switchingTo ? (
            <LoaderCircle size={13} aria-hidden className="spin shrink-0 text-accent" />
          ) : (
            <Layers
              size={13}
              aria-hidden
              className={classNames('shrink-0', active?.production ? 'text-prod' : 'text-muted')}
            />
          )}
          {switchingTo ? (
            <span className="truncate">switching to {switchingTo}…</span>
          ) : active ? (
            <span className="flex min-w-0 items-center gap-1.5">
              {!active.production && <ContextSwatch colour={active.colour} />}
              <span className="truncate">{active.label ?? active.ref}</span>
              {active.production && <ProductionTag />}
              {active.demo && <DemoTag />}
            </span>
          ) : (
            <span className="truncate text-muted">{activeRef ? `${activeRef} (gone)` : 'no active context'}</span>
          )}
          {active && !switchingTo && (
            <span className="text-sm font-normal whitespace-nowrap text-faint max-[1180px]:hidden">active context</span>
          )}
          <ChevronDown size={13} aria-hidden className="shrink-0 text-muted" />
        </button>
      }
    >
      {contexts.length > MANY && (
        <MenuSearch value={search} onChange={setSearch} placeholder={`Search ${count(contexts.length, 'context')}`} />
      )}
      {shown.slice(0, MOST).map((context) => (
        <MenuItem
          key={context.ref}
          disabled={switchingTo !== null}
          icon={<Check size={14} aria-hidden className={context.active ? 'text-accent' : 'invisible'} />}
          onSelect={() => {
            if (!context.active) void use(context.ref);
          }}
        >
          <span className="flex max-w-[420px] min-w-0 flex-col">
            <ContextName
              name={context.label ?? context.ref}
              production={context.production}
              demo={context.demo}
              colour={context.colour}
            />
            {context.label && <span className="truncate text-sm text-muted">{context.ref}</span>}
            {context.current && !context.active && (
              <span className="truncate text-sm text-muted">kubectl's current context</span>
            )}
            {context.active && context.expiry && context.expiry.state !== 'ok' && (
              <span className="truncate text-sm text-muted">
                credential <Expiry context={context} />
              </span>
            )}
          </span>
        </MenuItem>
      ))}
      {shown.length > MOST && (
        <p className="px-2 py-1 text-sm text-muted">{count(shown.length - MOST, 'more context')}: search for them.</p>
      )}
      {contexts.length > 0 && shown.length === 0 && <p className="px-2 py-1 text-muted">No context fits.</p>}
      {contexts.length === 0 && <p className="px-2 py-1 text-muted">No context was found.</p>}
      <MenuSeparator />
      <MenuItem onSelect={() => navigate('contexts')} icon={<Layers size={14} aria-hidden />}>
        All contexts
      </MenuItem>
    </Menu>
  );
}

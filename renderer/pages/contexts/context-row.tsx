import { RefreshCw } from 'lucide-react';
import { memo, useCallback } from 'react';
import type { Context, ContextSettingsInput } from '../../../contract/model/context.ts';
import type { GuardLevel } from '../../../contract/model/guard.ts';
import { guardLevels } from '../../../contract/model/guard-levels.ts';
import { useSession, useStatus } from '../../session/session-context.tsx';
import { navigate } from '../../shell/use-route.ts';
import { useSwitchContext } from '../../shell/use-switch-context.ts';
import { Button } from '../../ui/button.tsx';
import { ContextSwatch } from '../../ui/context-swatch.tsx';
import { CopyableCode } from '../../ui/copy-button.tsx';
import { Select } from '../../ui/field.tsx';
import { MarkedWord } from '../../ui/state-mark.tsx';
import { Switch } from '../../ui/switch.tsx';
import { ProductionTag, Tag } from '../../ui/tags.tsx';
import { useAction } from '../../ui/use-action.ts';
import { ContextEdit } from './context-edit.tsx';
import { Expiry } from './expiry.tsx';

const cell = 'border-b border-line px-2 py-2 align-top';

/** One context: whether it is active, whether it answers, and what may be done in it. */
export const ContextRow = memo(function ContextRow({ context }: { context: Context }) {
  const session = useSession();
  const use = useSwitchContext();
  const switchingTo = useStatus((status) => status.switchingTo);
  const { ref } = context;
  const set = useAction(
    useCallback(
      (changes: ContextSettingsInput) => session.call('contexts.set', { context: ref, changes }),
      [session, ref],
    ),
  );
  const probe = useAction(
    useCallback(() => session.call('contexts.probe', { context: ref }), [session, ref]),
    useCallback(
      () => [{ label: 'Run the doctor', run: () => navigate('doctor', [], { target: `context:${ref}` }) }],
      [ref],
    ),
  );
  return (
    <tr className={context.active ? 'bg-accent-bg' : 'hover:bg-raise'}>
      <td className={`${cell} !pr-1 !pl-4`}>
        <input
          type="radio"
          name="active-context"
          aria-label={`Use ${ref}`}
          className="mt-[3px] block size-3.5 accent-accent"
          checked={context.active}
          disabled={switchingTo !== null}
          onChange={() => void use(ref)}
        />
      </td>
      <td className={cell}>
        <p className="flex flex-wrap items-center gap-1.5">
          <ContextSwatch colour={context.colour} production={context.production} />
          <span className="font-semibold wrap-anywhere">{context.label ?? ref}</span>
          {context.production && <ProductionTag />}
          {context.active && <Tag tone="accent">active</Tag>}
          {context.current && !context.demo && <Tag title="kubectl's own current-context">kubectl</Tag>}
          {switchingTo === ref && <MarkedWord mark="busy">switching</MarkedWord>}
        </p>
        <p className="text-sm wrap-anywhere text-muted">
          {context.label && `${ref} · `}
          {context.cluster}
          {context.namespace && ` · namespace ${context.namespace}`}
        </p>
        {context.error && (
          <p className="mt-0.5 max-w-[62ch] text-sm wrap-anywhere">
            <span className="text-bad">{context.error.message}</span>
            {context.error.hint && <span className="text-muted"> {context.error.hint}</span>}
          </p>
        )}
        {typeof context.error?.details?.['run'] === 'string' && (
          <div className="mt-1 max-w-[62ch]">
            <CopyableCode text={context.error.details['run']} what="command" />
          </div>
        )}
      </td>
      <td className={cell}>
        <Reachable context={context} />
        {context.apiServer && (
          <p className="max-w-[240px] truncate text-sm text-muted" title={context.apiServer}>
            {context.apiServer.replace(/^https?:\/\//, '')}
          </p>
        )}
      </td>
      <td className={`${cell} @max-[900px]:hidden`}>
        {context.auth}
        <p className="max-w-[200px] truncate text-sm text-muted" title={context.user}>
          {context.user}
        </p>
        <p className="text-sm text-muted">
          <Expiry context={context} />
        </p>
      </td>
      <td className={cell}>
        <span className="flex min-h-5 items-center gap-2">
          <Switch
            label={`${ref} is production`}
            checked={context.production}
            disabled={set.busy}
            onChange={(production) => void set.run({ production })}
          />
        </span>
        {context.productionGuessed && <p className="text-sm whitespace-nowrap text-muted">by its name</p>}
      </td>
      <td className={cell}>
        <Select
          aria-label={`Most that servers may do in ${ref}`}
          className="w-28"
          value={context.cap}
          disabled={set.busy}
          onChange={(event) => void set.run({ cap: event.target.value as GuardLevel })}
        >
          {[...guardLevels].reverse().map((level) => (
            <option key={level}>{level}</option>
          ))}
        </Select>
      </td>
      <td className={`${cell} !pr-4 whitespace-nowrap`}>
        <ContextEdit context={context} />
        <Button
          kind="quiet"
          size="icon"
          aria-label={`Check ${ref}`}
          title="Ask this cluster whether it answers"
          busy={probe.busy}
          icon={<RefreshCw size={14} aria-hidden />}
          onClick={() => void probe.run()}
        />
      </td>
    </tr>
  );
});

function Reachable({ context }: { context: Context }) {
  if (context.reachable === null) {
    return (
      <span
        className="text-muted"
        title="Berth asks a cluster only when there is a reason to: listing contexts never triggers a login."
      >
        not asked yet
      </span>
    );
  }
  return context.reachable ? <MarkedWord mark="ok">Answers</MarkedWord> : <MarkedWord mark="bad">No answer</MarkedWord>;
}

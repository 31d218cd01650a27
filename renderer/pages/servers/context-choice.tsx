import { ACTIVE_CONTEXT, NO_CONTEXT } from '../../../contract/model/binding.ts';
import { useStatus } from '../../session/session-context.tsx';
import { Field, Select } from '../../ui/field.tsx';

/** What a server is bound to: the active context, one context for good, or no cluster. */
export function ContextChoice({
  value,
  onChange,
  needsContext,
}: {
  value: string;
  onChange(value: string): void;
  needsContext: boolean;
}) {
  const contexts = useStatus((status) => status.contexts);
  const active = useStatus((status) => status.activeContext);
  const known = value === ACTIVE_CONTEXT || value === NO_CONTEXT || contexts.some((context) => context.ref === value);
  const hints: Record<string, string> = {
    [ACTIVE_CONTEXT]: 'Its endpoint stays the same while you switch contexts; AI clients notice nothing.',
    [NO_CONTEXT]: 'It gets no kubeconfig.',
  };
  return (
    <Field label="Context" hint={hints[value] ?? 'It stays on this context, whatever is active.'}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value={ACTIVE_CONTEXT}>the active context{active ? ` (now ${active})` : ''}</option>
          {!known && <option value={value}>{value} (not found)</option>}
          <optgroup label="Always">
            {contexts.map((context) => (
              <option key={context.ref} value={context.ref}>
                {context.ref}
                {context.production ? ' (production)' : ''}
                {context.demo ? ' (demo)' : ''}
              </option>
            ))}
          </optgroup>
          {!needsContext && <option value={NO_CONTEXT}>no cluster</option>}
        </Select>
      )}
    </Field>
  );
}

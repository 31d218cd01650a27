import type { PresetOption } from '../../../contract/model/preset.ts';
import { listMembers, type OptionDrafts } from '../../model/preset-options.ts';
import { Check, Field, type FieldProps, Select, TextArea, TextInput } from '../../ui/field.tsx';

export interface OptionsFormProps {
  options: readonly PresetOption[];
  drafts: OptionDrafts;
  problems: Readonly<Record<string, string>>;
  onChange(drafts: OptionDrafts): void;
}

/** The options of a preset as controls. Blank means the preset's default. */
export function OptionsForm({ options, drafts, problems, onChange }: OptionsFormProps) {
  return (
    <div className="flex flex-col gap-3.5">
      {options.map((option) => (
        <Field
          key={option.name}
          label={option.title}
          required={option.required ?? false}
          hint={
            option.secret
              ? `${option.description} Write secret:NAME for a secret that Berth keeps (see Settings).`
              : option.description
          }
          problem={problems[option.name]}
        >
          {(ids) => (
            <OptionControl
              option={option}
              draft={drafts[option.name] ?? ''}
              ids={ids}
              onChange={(draft) => onChange({ ...drafts, [option.name]: draft })}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

type Ids = Parameters<FieldProps['children']>[0];

interface ControlProps {
  option: PresetOption;
  draft: string;
  ids: Ids;
  onChange(draft: string): void;
}

function OptionControl({ option, draft, ids, onChange }: ControlProps) {
  const fallback = option.default === undefined ? undefined : String(option.default);
  if (option.type === 'boolean' || option.type === 'choice') {
    const choices = option.type === 'boolean' ? ['true', 'false'] : (option.choices ?? []);
    const words: Record<string, string> = option.type === 'boolean' ? { true: 'yes', false: 'no' } : {};
    return (
      <Select {...ids} value={draft} onChange={(event) => onChange(event.target.value)}>
        <option value="">{fallback === undefined ? 'not set' : `default (${words[fallback] ?? fallback})`}</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {words[choice] ?? choice}
          </option>
        ))}
      </Select>
    );
  }
  if (option.type === 'list' && option.choices) return <ListControl {...{ option, draft, ids, onChange }} />;
  const common = {
    ...ids,
    value: draft,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  if (option.type === 'json') return <TextArea {...common} mono rows={3} placeholder={fallback ?? ''} />;
  return (
    <TextInput {...common} inputMode={option.type === 'number' ? 'decimal' : 'text'} placeholder={fallback ?? ''} />
  );
}

function ListControl({ option, draft, ids, onChange }: ControlProps) {
  const members = listMembers(draft);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the label above names the group; a fieldset would need a second one
    <div
      role="group"
      id={ids.id}
      aria-label={option.title}
      aria-describedby={ids['aria-describedby']}
      className="flex flex-wrap gap-x-4 gap-y-1"
    >
      {(option.choices ?? []).map((choice) => (
        <Check
          key={choice}
          checked={members.includes(choice)}
          onChange={(event) =>
            onChange(
              (event.target.checked ? [...members, choice] : members.filter((member) => member !== choice)).join(','),
            )
          }
        >
          {choice}
        </Check>
      ))}
    </div>
  );
}

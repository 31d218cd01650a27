import { Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import { blankDraft, type Draft, isDraftObject, type Problem } from '../../model/schema-draft.ts';
import type { SchemaField } from '../../model/schema-field.ts';
import { Button } from '../../ui/button.tsx';
import { Field, type FieldProps, Select, TextArea, TextInput } from '../../ui/field.tsx';

export interface SchemaFormProps {
  field: SchemaField;
  draft: Draft;
  onChange(draft: Draft): void;
  problems: readonly Problem[];
  /** Show problems also where nothing was typed yet. */
  showAll: boolean;
}

/** Controls for the members of an object schema. What is blank is not sent. */
export function SchemaForm({ field, draft, onChange, problems, showAll }: SchemaFormProps) {
  if (field.kind !== 'object') return null;
  if (field.members.length === 0) return <p className="text-muted">It takes no arguments.</p>;
  return (
    <div className="flex flex-col gap-3.5">
      <Members field={field} draft={draft} path="" onChange={onChange} problems={problems} showAll={showAll} />
      <ProblemList problems={problems.filter(({ path }) => path === '')} />
    </div>
  );
}

/** Problems of the whole, or of places that have no control of their own. */
export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul role="alert" className="text-sm text-bad">
      {problems.map((problem) => (
        <li key={`${problem.path} ${problem.message}`} className="wrap-anywhere">
          {problem.path && <code>{problem.path} </code>}
          {problem.message}
        </li>
      ))}
    </ul>
  );
}

interface NodeProps<F extends SchemaField = SchemaField> {
  field: F;
  draft: Draft;
  path: string;
  onChange(draft: Draft): void;
  problems: readonly Problem[];
  showAll: boolean;
}

type Ids = Parameters<FieldProps['children']>[0];
type Kind<K extends SchemaField['kind']> = SchemaField & { kind: K };

function Members({ field, draft, path, onChange, problems, showAll }: NodeProps<Kind<'object'>>) {
  const drafts = isDraftObject(draft) ? draft : {};
  return field.members.map(({ name, required, field: member }) => (
    <Member
      key={name}
      name={name}
      required={required}
      field={member}
      draft={drafts[name] ?? blankDraft(member)}
      path={`${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`}
      onChange={(next) => onChange({ ...drafts, [name]: next })}
      problems={problems}
      showAll={showAll}
    />
  ));
}

function Member({ name, required, ...node }: NodeProps & { name: string; required: boolean }) {
  const { field, draft, path, problems, showAll } = node;
  const [touched, setTouched] = useState(false);
  const own = problems.filter((problem) => problem.path === path);
  const shown = showAll || (touched && draft !== '') ? own[0]?.message : undefined;
  if (field.kind === 'object' || field.kind === 'array') return <Group name={name} required={required} {...node} />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens to what the control inside does
    <div onBlur={() => setTouched(true)}>
      <Field
        label={<code className="font-medium">{name}</code>}
        required={required}
        hint={<Hint field={field} />}
        problem={shown}
      >
        {(ids) => <Control {...node} ids={ids} />}
      </Field>
    </div>
  );
}

function Hint({ field }: { field: SchemaField }) {
  const limits = limitsOf(field);
  if (!field.description && !limits) return null;
  return (
    <span className="whitespace-pre-line">
      {field.description}
      {limits && <span className="block text-faint">{limits}</span>}
    </span>
  );
}

/** Default and bounds in words. */
function limitsOf({ schema, fallback }: SchemaField): string {
  const bounds: readonly [string, string][] = [
    ['minimum', 'at least'],
    ['exclusiveMinimum', 'more than'],
    ['maximum', 'at most'],
    ['exclusiveMaximum', 'less than'],
    ['pattern', 'matching'],
    ['format', 'format'],
  ];
  const words = bounds
    .filter(([key]) => ['number', 'string'].includes(typeof schema[key]))
    .map(([key, word]) => `${word} ${String(schema[key])}`);
  if (fallback !== undefined && fallback !== null)
    words.unshift(`default ${typeof fallback === 'string' ? fallback || '""' : JSON.stringify(fallback)}`);
  return words.join(' · ');
}

function Group({ name, required, ...node }: NodeProps & { name: string; required: boolean }) {
  const { field, path, problems, showAll } = node;
  const id = useId();
  const own = showAll ? problems.filter((problem) => problem.path === path) : [];
  return (
    <fieldset
      aria-describedby={field.description ? id : undefined}
      className="flex flex-col gap-3 border-l-2 border-line-2 pl-3"
    >
      <legend className="float-left mb-0 w-full">
        <code className="font-medium">{name}</code>
        {required && <span className="ml-1 text-sm text-muted">required</span>}
      </legend>
      {field.description && (
        <p id={id} className="-mt-2.5 text-sm text-muted">
          {field.description}
        </p>
      )}
      {field.kind === 'object' && <Members {...node} field={field} />}
      {field.kind === 'array' && <Items {...node} field={field} name={name} />}
      <ProblemList problems={own.map((problem) => ({ ...problem, path: '' }))} />
    </fieldset>
  );
}

function Items({ field, draft, path, onChange, problems, showAll, name }: NodeProps<Kind<'array'>> & { name: string }) {
  const items = Array.isArray(draft) ? (draft as readonly Draft[]) : [];
  const set = (index: number, next: Draft) => onChange(items.map((item, at) => (at === index ? next : item)));
  return (
    <>
      {items.map((item, index) => {
        const node = {
          field: field.item,
          draft: item,
          path: `${path}/${index}`,
          onChange: (next: Draft) => set(index, next),
          problems,
          showAll,
        };
        const problem = showAll ? problems.find((each) => each.path === node.path)?.message : undefined;
        const label = `${name} ${index + 1}`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no other identity, and are only added at the end or removed
          <div key={index} className="flex items-start gap-1.5">
            <div className="min-w-0 flex-1">
              {field.item.kind === 'object' ? (
                <fieldset aria-label={label} className="flex flex-col gap-3 rounded-md border border-line p-2.5">
                  <Members {...node} field={field.item} />
                </fieldset>
              ) : field.item.kind === 'array' ? (
                <Items {...node} field={field.item} name={label} />
              ) : (
                <>
                  <Control
                    {...node}
                    ids={{ id: '', 'aria-describedby': undefined, 'aria-invalid': problem ? true : undefined }}
                    label={label}
                  />
                  {problem && <p className="text-sm text-bad">{problem}</p>}
                </>
              )}
            </div>
            <Button
              kind="quiet"
              size="icon"
              aria-label={`Remove ${label}`}
              icon={<X size={14} aria-hidden />}
              onClick={() => onChange(items.filter((_, at) => at !== index))}
            />
          </div>
        );
      })}
      <div>
        <Button
          size="small"
          icon={<Plus size={12} aria-hidden />}
          aria-label={`Add to ${name}`}
          onClick={() => onChange([...items, blankDraft(field.item)])}
        >
          Add
        </Button>
      </div>
    </>
  );
}

function Control({ field, draft, onChange, ids, label }: NodeProps & { ids: Ids; label?: string }) {
  const named = label === undefined ? ids : { ...ids, id: undefined, 'aria-label': label };
  const common = {
    ...named,
    value: typeof draft === 'string' ? draft : '',
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  switch (field.kind) {
    case 'choice':
      return (
        <Select {...common}>
          <option value="">not set</option>
          {field.choices.map((choice, index) => (
            <option key={choice.label} value={String(index)}>
              {choice.label}
            </option>
          ))}
        </Select>
      );
    case 'boolean':
      return (
        <Select {...common}>
          <option value="">not set</option>
          <option value="true">true</option>
          <option value="false">false</option>
        </Select>
      );
    case 'number':
      return <TextInput {...common} inputMode={field.integer ? 'numeric' : 'decimal'} />;
    case 'json':
      return <TextArea {...common} mono rows={4} placeholder="JSON" />;
    case 'string':
      return field.long ? <TextArea {...common} mono rows={5} /> : <TextInput {...common} />;
    default:
      return null;
  }
}

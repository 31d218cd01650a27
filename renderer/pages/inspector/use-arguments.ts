import { useMemo, useState } from 'react';
import type { Tool } from '../../../contract/model/inspector.ts';
import { checkValue } from '../../model/schema-check.ts';
import { type Draft, draftFrom, emptyDraft, type Problem, readDraft } from '../../model/schema-draft.ts';
import { fieldOf, isSchema } from '../../model/schema-field.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** The arguments of a call, edited as a form or as JSON. Both show all that would be sent. */
export function useArguments(tool: Tool, initial: Arguments | null) {
  const field = useMemo(() => fieldOf(tool.inputSchema), [tool.inputSchema]);
  const formPossible = field.kind === 'object';
  const [draft, setDraft] = useState<Draft>(() => (initial && draftFrom(field, initial)) ?? emptyDraft(field, true));
  const [mode, setMode] = useState<'form' | 'json'>(() =>
    formPossible && (!initial || draftFrom(field, initial) !== null) ? 'form' : 'json',
  );
  const [json, setJson] = useState(() => JSON.stringify(initial ?? {}, null, 2));
  const [notShowable, setNotShowable] = useState(false);

  const reading = useMemo(() => {
    const { value, problems } = mode === 'form' ? readDraft(field, draft, true) : readJsonObject(json);
    return problems.length > 0 ? { value, problems } : { value, problems: checkValue(tool.inputSchema, value) };
  }, [mode, field, draft, json, tool.inputSchema]);

  return {
    field,
    formPossible,
    mode,
    draft,
    json,
    /** The JSON holds what the form has no control for. */
    notShowable,
    problems: reading.problems,
    value: isSchema(reading.value) ? reading.value : null,
    setDraft,
    setJson: (text: string) => {
      setJson(text);
      setNotShowable(false);
    },
    toJson: () => {
      setJson(JSON.stringify(readDraft(field, draft, true).value ?? {}, null, 2));
      setMode('json');
    },
    toForm: () => {
      const { value, problems } = readJsonObject(json);
      const next = problems.length > 0 ? null : draftFrom(field, value);
      setNotShowable(next === null);
      if (next === null) return;
      setDraft(next);
      setMode('form');
    },
  };
}

function readJsonObject(text: string): { value: unknown; problems: Problem[] } {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return isSchema(value)
      ? { value, problems: [] }
      : { value: undefined, problems: [{ path: '', message: 'arguments are an object: { … }' }] };
  } catch (error) {
    return {
      value: undefined,
      problems: [{ path: '', message: `not valid JSON: ${error instanceof Error ? error.message : String(error)}` }],
    };
  }
}

import { useId } from 'react';
import type { GuardLevel } from '../../../contract/model/guard.ts';
import { guardChoices } from '../../model/words.ts';
import { ChoiceCard } from '../../ui/field.tsx';

/** The guard as one visible choice, each level with what follows from it. */
export function GuardChoice({
  value,
  onChange,
  disabled = false,
}: {
  value: GuardLevel;
  onChange(level: GuardLevel): void;
  disabled?: boolean;
}) {
  const name = useId();
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium">Guard</legend>
      {guardChoices.map(({ level, title, consequence }) => (
        <ChoiceCard
          key={level}
          name={name}
          value={level}
          checked={value === level}
          disabled={disabled}
          onChange={() => onChange(level)}
        >
          <span className="font-medium">{title}</span>
          <span className="block text-sm text-muted">{consequence}</span>
        </ChoiceCard>
      ))}
    </fieldset>
  );
}

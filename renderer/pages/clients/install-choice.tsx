import type { InstallChoice } from '../../model/install-choices.ts';

/** Which way into the client; the recommended one first. */
export function InstallChoices({
  choices,
  chosen,
  onChoose,
}: {
  choices: readonly InstallChoice[];
  chosen: InstallChoice;
  onChoose(choice: InstallChoice): void;
}) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium">How it gets there</legend>
      {choices.map((choice, index) => (
        <label key={choice.id} className="flex items-start gap-2">
          <input
            type="radio"
            name="install-choice"
            className="mt-[3px] size-3.5 shrink-0 accent-accent"
            disabled={choice.why !== null}
            checked={choice.id === chosen.id}
            onChange={() => onChoose(choice)}
          />
          <span className="min-w-0">
            <span className={choice.why === null ? 'font-medium' : 'text-muted'}>{choice.title}</span>
            {index === 0 && choice.why === null && <span className="ml-2 text-sm text-accent">recommended</span>}
            <span className="block text-muted">{choice.why ?? choice.consequence}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

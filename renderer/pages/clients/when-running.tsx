import type { WhenRunning } from '../../../contract/model/client.ts';
import { Notice } from '../../ui/notice.tsx';

const words: Readonly<Record<WhenRunning, { title(app: string): string; consequence(app: string): string }>> = {
  queue: {
    title: (app) => `Write it when ${app} has quit`,
    consequence: (app) => `Berth watches, and writes as soon as you quit ${app}. You can cancel it until then.`,
  },
  restart: {
    title: (app) => `Quit ${app}, write, and open it again`,
    consequence: (app) => `Now. What you have not sent in ${app} may be lost.`,
  },
  write: {
    title: () => 'Write it now all the same',
    consequence: (app) => `${app} may write over it; Berth will tell you.`,
  },
};

/** Asks what to do about an application that runs and would undo the change; `chosen` is null as long as nobody has said it. */
export function WhenRunningChoice<W extends WhenRunning>({
  app,
  reason,
  offered,
  chosen,
  onChoose,
}: {
  app: string;
  reason: string;
  offered: readonly W[];
  chosen: W | null;
  onChoose(when: W): void;
}) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium">{app} is running</legend>
      <Notice tone="warn">{reason}</Notice>
      {offered.map((when) => (
        <label key={when} className="flex items-start gap-2">
          <input
            type="radio"
            name="when-running"
            className="mt-[3px] size-3.5 shrink-0 accent-accent"
            checked={chosen === when}
            onChange={() => onChoose(when)}
          />
          <span className="min-w-0">
            <span className="font-medium">{words[when].title(app)}</span>
            <span className="block text-muted">{words[when].consequence(app)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

import type { ClientChange } from '../../../contract/model/client.ts';
import type { Render } from '../output.ts';

/** What a change would do: the commands or links that it takes, or the difference of the file with its colours. */
export const changeText: Render<ClientChange> = (change, { paint }) => {
  if (change.noop) return `Nothing would change in ${change.file}.`;
  if (change.steps.length > 0) return change.steps.join('\n');
  return change.diff
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (line.startsWith('+')) return paint('good', line);
      return line.startsWith('-') ? paint('bad', line) : line;
    })
    .join('\n');
};

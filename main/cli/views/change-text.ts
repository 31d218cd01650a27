import type { ClientChange } from '../../../contract/model/client.ts';
import type { Render } from '../output.ts';

/** The difference with its colours. */
export const changeText: Render<ClientChange> = (change, { paint }) => {
  if (change.noop) return `Nothing would change in ${change.file}.`;
  return change.diff
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (line.startsWith('+')) return paint('good', line);
      return line.startsWith('-') ? paint('bad', line) : line;
    })
    .join('\n');
};

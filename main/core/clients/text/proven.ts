import { type ConfigPlace, type ConfigText, TextProblem } from './config-text.ts';
import { sameValue } from './same-value.ts';

/** An editor whose every change is read again before anybody gets it; one that does not say what it should is a `TextProblem`. */
export function proven(format: ConfigText): ConfigText {
  const requireProof = (
    before: string,
    after: string,
    place: ConfigPlace,
    name: string,
    isRight: (entries: ReadonlyMap<string, unknown>) => boolean,
  ) => {
    let right: boolean;
    try {
      right = isRight(format.entries(after, place)) && format.sameOutside(before, after, place, new Set([name]));
    } catch (error) {
      if (!(error instanceof TextProblem)) throw error;
      right = false;
    }
    if (right) return;
    throw new TextProblem(before, 0, `"${name}" cannot be changed here without risk to the rest of the file`);
  };
  return {
    ...format,
    set(text, place, name, value) {
      const edited = format.set(text, place, name, value);
      requireProof(text, edited.text, place, name, (entries) => sameValue(entries.get(name), value));
      return edited;
    },
    remove(text, place, name, trace) {
      const without = format.remove(text, place, name, trace);
      requireProof(text, without, place, name, (entries) => !entries.has(name));
      return without;
    },
  };
}

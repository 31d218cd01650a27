/** Words that say nothing about what a tool does. */
const empty: ReadonlySet<string> = new Set(
  'a an and are as at be been before but by can do does for from has have how i if in into is it its me my of on or our so that the their them then there these they this to us was we were what when where which who why will with you your'.split(
    ' ',
  ),
);

/** The words of a text or a name: `pods_listInNamespace` has four. */
export function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** A word as it is kept and searched: without its case and ending; null for one that says nothing. */
export function termOf(word: string): string | null {
  const lower = word.toLowerCase();
  if (empty.has(lower)) return null;
  return lower;
}

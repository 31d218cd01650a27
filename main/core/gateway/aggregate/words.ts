/** Words that say nothing about what a tool does. */
const empty: ReadonlySet<string> = new Set(
  'a about again all an and any are as at be been before but by can did do does for from go goes had has have how i if in into is it its just me my of on or our out please so than that the their them then there these they this to us want was we were what when where which who why will with without would you your'.split(
    ' ',
  ),
);

/** The words of a text or a name: `pods_listInNamespace` has five, since what is written together may also be a kind. */
export function wordsOf(text: string): string[] {
  return text
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .flatMap((word) => {
      const parts = word
        .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
        .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
        .split(' ');
      return parts.length === 1 ? parts : [...parts, word];
    });
}

/** A word as it is kept and searched: without its case and its ending; null for one that says nothing. */
export function termOf(word: string): string | null {
  const lower = word.toLowerCase();
  return empty.has(lower) ? null : stemOf(lower);
}

/**
 * The word without its English ending, so that `migrations`, `migrated` and `migrate` are one. It need not be a word itself, only the
 * same one for all of them; what is cut too much does little harm where texts are this short.
 */
function stemOf(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  let stem = word;
  if (/ies$/.test(stem)) stem = `${stem.slice(0, -3)}y`;
  else if (/[^sui]s$/.test(stem)) stem = stem.slice(0, -1);
  const end = /(?:ing|ed|(?<=t)ion)$/.exec(stem)?.[0];
  if (end !== undefined && /[aeiouy]/.test(stem.slice(0, -end.length)) && stem.length - end.length >= 3) {
    stem = stem.slice(0, -end.length).replace(/([bdgmnprt])\1$/, '$1');
  }
  return stem.length > 3 ? stem.replace(/e$/, '') : stem;
}

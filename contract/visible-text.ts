/**
 * JSON or other text with every character that cannot be seen, or that changes the order or look of others, as `\uXXXX`: who decides
 * about a text must see all of it, in its order. JSON stays the same value.
 */
export function visibleText(text: string): string {
  return text.replace(unseen, (found) =>
    Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );
}

/** Control and format characters (also those that turn the direction of writing), separators of lines, and what has no look of its own. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

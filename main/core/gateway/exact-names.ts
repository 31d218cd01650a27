/**
 * Says which name of a record must be written otherwise; null when none. Servers in Go mostly read JSON with `encoding/json`, which takes
 * `Name` and even `nameſ` for `names`, the last one counting (mcp-go 0.56 does): what such a server reads would not be what was judged.
 */
export function misspelled(record: Readonly<Record<string, unknown>>, known: readonly string[]): string | null {
  for (const name of Object.keys(record)) {
    const meant = known.find((each) => name !== each && fold(name) === fold(each));
    if (meant !== undefined) return `${JSON.stringify(name)} must be written ${JSON.stringify(meant)}`;
  }
  return null;
}

function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/**
 * What a JSON value looks like without what it says: one line per path with the type that stands there. Lists count as one
 * element that has everything that any of its elements has.
 */
export function shapeOf(value: unknown): string[] {
  const lines = new Set<string>();
  collect(value, '', lines);
  return [...lines].sort();
}

function collect(value: unknown, path: string, lines: Set<string>): void {
  if (Array.isArray(value)) {
    lines.add(`${path}: list`);
    for (const item of value) collect(item, `${path}[]`, lines);
  } else if (value !== null && typeof value === 'object') {
    lines.add(`${path}: object`);
    for (const [key, inner] of Object.entries(value)) collect(inner, `${path}.${key}`, lines);
  } else lines.add(`${path}: ${value === null ? 'null' : typeof value}`);
}

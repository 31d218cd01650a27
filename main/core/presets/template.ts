/** What stands between braces in a preset's texts. */
export const placeholders = ['kubeconfig', 'port', 'namespace', 'folder', 'childToken'] as const;
export type Placeholder = (typeof placeholders)[number];

const FILE = 'file:';

/** Values for placeholders; `null` for what this launch does not have. */
export interface TemplateValues {
  readonly values: Readonly<Record<Placeholder, string | null>>;
  /** Absolute path of a planned file by its name. */
  readonly file: (name: string) => string | null;
}

/** Placeholders in a preset's text that do not exist, for the check at load. */
export function unknownPlaceholders(text: string, files: readonly string[]): string[] {
  return [...text.matchAll(/\{([^{}]*)\}/g)].flatMap(([, name = '']) => {
    const known = name.startsWith(FILE) ? files.includes(name.slice(FILE.length)) : isPlaceholder(name);
    return known ? [] : [name];
  });
}

/** Fills placeholders in. Braces that hold anything else stay, since users' own arguments may have them. Returns null when a value is missing. */
export function fill(text: string, values: TemplateValues): string | null {
  let missing = false;
  const filled = text.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const value = lookUp(name, values);
    if (value === undefined) return whole;
    if (value === null) missing = true;
    return value ?? '';
  });
  return missing ? null : filled;
}

function lookUp(name: string, values: TemplateValues): string | null | undefined {
  if (name.startsWith(FILE)) return values.file(name.slice(FILE.length)) ?? undefined;
  return isPlaceholder(name) ? values.values[name] : undefined;
}

function isPlaceholder(name: string): name is Placeholder {
  return (placeholders as readonly string[]).includes(name);
}

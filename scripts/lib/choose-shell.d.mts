export function whyNoDesktop(machine: {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number | undefined;
  readonly args: readonly string[];
}): string | null;
export function whyItDidNotStart(end: {
  readonly code: number;
  readonly signal: string | null;
  readonly seconds: number;
}): string | null;
export function serveArguments(args: readonly string[], options: { readonly open: boolean }): string[];

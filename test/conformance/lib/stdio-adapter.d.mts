/** Streamable HTTP in front of a program that speaks stdio. */
export function stdioAdapter(start: {
  command: string[];
  env: Record<string, string | undefined>;
}): Promise<{ url: string; stop(): Promise<void> }>;

/** Severities of `logging/setLevel`, most talkative first (RFC 5424): https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/logging */
export const mcpLogLevels: readonly string[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];

/** The most talkative of these; null when nobody asked for one. */
export function lowestLevel(levels: readonly (string | null)[]): string | null {
  const ranks = levels.flatMap((level) =>
    level !== null && mcpLogLevels.includes(level) ? [mcpLogLevels.indexOf(level)] : [],
  );
  return ranks.length === 0 ? null : (mcpLogLevels[Math.min(...ranks)] ?? null);
}

/** Whether a message of this level concerns somebody who asked for `wanted`. What has no known level concerns everybody. */
export function reachesLevel(level: unknown, wanted: string | null): boolean {
  if (wanted === null || typeof level !== 'string' || !mcpLogLevels.includes(level)) return true;
  return mcpLogLevels.indexOf(level) >= mcpLogLevels.indexOf(wanted);
}

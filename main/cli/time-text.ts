import { BerthError } from '../../contract/errors.ts';

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time span as `60s`, `1m30s`, `500ms`, `2h`, `1d` or a bare number of seconds, in ms. Throws `invalid-argument`. */
export function parseDuration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new BerthError('invalid-argument', `"${text}" is not a time span.`, {
      hint: 'Use for example 30s, 5m or 2h.',
    });
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? 's'] ?? 0), 0);
}

/** A moment: ISO 8601, or a time span before now; as ISO 8601. Throws `invalid-argument`. */
export function parseMoment(text: string, now: number): string {
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const time = Date.parse(text);
    if (!Number.isNaN(time)) return new Date(time).toISOString();
  }
  return new Date(now - parseDuration(text)).toISOString();
}

/** A span as kubectl shows ages: the largest unit, with the next one while it tells something: `45s`, `5m`, `3h20m`, `12d`. */
export function shortSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const pair = (large: string, rest: number, unit: string) => (rest === 0 ? large : `${large}${rest}${unit}`);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return pair(`${minutes}m`, seconds % 60, 's');
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return pair(`${hours}h`, minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  return days < 8 ? pair(`${days}d`, hours % 24, 'h') : `${days}d`;
}

/** How long ago an ISO time is; null for none. */
export function ago(time: string | null, now: number): string | null {
  return time === null ? null : `${shortSpan(now - Date.parse(time))} ago`;
}

/** When something ends: `in 5h`, `expired 3m ago`; null for never. */
export function until(time: string | null, now: number): string | null {
  if (time === null) return null;
  const left = Date.parse(time) - now;
  return left > 0 ? `in ${shortSpan(left)}` : `expired ${shortSpan(-left)} ago`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span in its two largest units: `8 s`, `41 min`, `2 h 4 min`, `2 d 4 h`. Milliseconds in; negative counts as zero. */
export function spanText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY) return two(span, HOUR, 'h', MINUTE, 'min');
  return two(span, DAY, 'd', HOUR, 'h');
}

/** How long ago, relative to `now`: `just now`, `3 s ago`, `2 d 4 h ago`. */
export function agoText(time: number, now: number): string {
  const span = now - time;
  return span < SECOND ? 'just now' : `${spanText(span)} ago`;
}

/** How far ahead: `in 6 d`, or `12 min ago` when it is past. */
export function untilText(time: number, now: number): string {
  return time > now ? `in ${oneUnit(time - now)}` : `${oneUnit(now - time)} ago`;
}

/** A measured time: `84 ms`, `1.9 s`, `2 min`. */
export function measuredText(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  return spanText(ms);
}

/** Date and time of day in the user's locale and zone, to the second: what a relative time stands for. */
export function absoluteText(time: number): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Time of day with milliseconds, as log lines show it. */
export function clockText(iso: string): string {
  const date = new Date(iso);
  const part = (value: number, length = 2) => String(value).padStart(length, '0');
  return `${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}.${part(date.getMilliseconds(), 3)}`;
}

/** Until when a text with the given age stays right; a clock need not tick more often. */
export function tickFor(ageMs: number): number {
  return ageMs < MINUTE ? SECOND : 15 * SECOND;
}

function two(span: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(span / large);
  const rest = Math.floor((span % large) / small);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

function oneUnit(span: number): string {
  if (span >= DAY) return `${Math.floor(span / DAY)} d`;
  if (span >= HOUR) return `${Math.floor(span / HOUR)} h`;
  return spanText(span);
}

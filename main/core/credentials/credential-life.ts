import type { Expiry } from '../../../contract/model/context.ts';
import { certificateValidity } from '../kube/certificate-validity.ts';
import { type Fields, fieldsOf, textOf } from '../kube/kubeconfig-file.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Nothing is said earlier than this before the end. */
const EARLIEST_WARNING_MS = 14 * DAY;

/** From when to when a credential holds, in ms since 1970. Holds no secret. */
export interface CredentialLife {
  readonly kind: Expiry['kind'];
  /** Null where the credential does not tell. */
  readonly from: number | null;
  readonly until: number;
  /** It stands in a file of its own, which somebody may have renewed meanwhile. */
  readonly inFile: boolean;
}

/**
 * The life of what a kubeconfig's user logs in with; where a certificate and a token are there, of the one that ends first. Null where it
 * cannot be told: opaque tokens, passwords, and login plugins, whose credentials are not in the kubeconfig.
 */
export function lifeOf(user: Fields, readText: (path: string) => string | null): CredentialLife | null {
  if (fieldsOf(user, 'exec')) return null;
  const lives = [certificateLife(user, readText), tokenLife(user, readText)].filter((life) => life !== null);
  return lives.reduce<CredentialLife | null>(
    (first, next) => (first === null || next.until < first.until ? next : first),
    null,
  );
}

/** Files of their own that a user's credential stands in; client-go's rule for which of two counts. */
export function credentialFiles(user: Fields): string[] {
  const certificate = textOf(user, 'client-certificate-data') === null ? textOf(user, 'client-certificate') : null;
  const key = textOf(user, 'client-key-data') === null ? textOf(user, 'client-key') : null;
  return [certificate, key, textOf(user, 'tokenFile')].filter((path) => path !== null);
}

function certificateLife(user: Fields, readText: (path: string) => string | null): CredentialLife | null {
  const data = textOf(user, 'client-certificate-data');
  const path = textOf(user, 'client-certificate');
  const pem = data !== null ? Buffer.from(data, 'base64').toString('utf8') : path === null ? null : readText(path);
  if (pem === null) return null;
  const validity = certificateValidity(pem);
  return validity && { kind: 'client-certificate', ...validity, inFile: data === null };
}

function tokenLife(user: Fields, readText: (path: string) => string | null): CredentialLife | null {
  const path = textOf(user, 'tokenFile');
  const fromFile = path === null ? null : readText(path);
  const token = fromFile ?? textOf(user, 'token');
  const claims = token === null ? null : claimsOf(token.trim());
  const until = claims && timeOf(claims['exp']);
  if (!claims || until === null) return null;
  const from = timeOf(claims['nbf']) ?? timeOf(claims['iat']);
  return { kind: fromFile === null ? 'token' : 'token-file', from, until, inFile: fromFile !== null };
}

/** What a JWT says (https://www.rfc-editor.org/rfc/rfc7519#section-4.1); not verified, since only the API server can. */
function claimsOf(token: string): Readonly<Record<string, unknown>> | null {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' ? (claims as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

function timeOf(seconds: unknown): number | null {
  return typeof seconds === 'number' && Math.abs(seconds) < 8.64e12 ? seconds * 1000 : null;
}

/**
 * How long before its end a credential is said to end soon, in ms: certificates 14 days, tokens an hour or a tenth of their life; of
 * what lives shortly anyway never more than its last fifth, so that it is not a warning all the time.
 */
export function soonMs({ kind, from, until }: CredentialLife): number {
  const whole = from === null ? Number.POSITIVE_INFINITY : Math.max(0, until - from);
  if (kind === 'client-certificate') return Math.min(EARLIEST_WARNING_MS, whole / 5);
  const tenth = from === null ? HOUR : Math.max(HOUR, whole / 10);
  return Math.min(EARLIEST_WARNING_MS, tenth, whole / 5);
}

/** What to say of a life at `now`. A login plugin's credential never ends soon: it is renewed before that is news. */
export function expiryAt(life: CredentialLife, now: number): Expiry {
  const renewable = life.kind === 'exec' || life.kind === 'token-file';
  const soon = life.kind !== 'exec' && now >= life.until - soonMs(life);
  return {
    at: new Date(life.until).toISOString(),
    kind: life.kind,
    renewable,
    state: now >= life.until ? 'expired' : soon ? 'soon' : 'ok',
  };
}

/** When `expiryAt` says something else next; null when it never does. */
export function nextChange(life: CredentialLife, now: number): number | null {
  const moments = life.kind === 'exec' ? [life.until] : [life.until - soonMs(life), life.until];
  return moments.find((moment) => moment > now) ?? null;
}

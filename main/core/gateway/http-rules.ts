const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Whether a Host header names this machine's loopback: the answer to DNS rebinding. The port does not count, since a tunnel
 * (`ssh -L`) changes it.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?$/.exec(host);
  return match?.[1] !== undefined && loopbackNames.has(match[1].toLowerCase());
}

/**
 * Whether a request with this Origin may pass: none (not a browser), the origin of the Host itself, or a configured one.
 * `null` and what does not parse never does: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  configured: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const parsed = new URL(origin);
  // An Origin has no path; text that the parser had to repair is not one.
  if (parsed.origin === 'null' || parsed.origin !== origin.toLowerCase()) return false;
  if (configured.includes(parsed.origin)) return true;
  const own = `http://${host ?? ''}`;
  return URL.canParse(own) && new URL(own).origin === parsed.origin;
}

/** The media type without its parameters, in lower case; empty when there is none. */
export function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export interface AcceptedForms {
  readonly json: boolean;
  readonly events: boolean;
  /** The client would rather have an event stream: by quality, else by what it names first. */
  readonly eventsFirst: boolean;
}

const knownForms = new Map<string, AcceptedForms>();
/** Clients send one header or another; who sends more is not remembered. */
const MOST_KNOWN_FORMS = 64;

/** Which forms of answer an Accept header allows. Without one, everything is. */
export function acceptedForms(accept = ''): AcceptedForms {
  const known = knownForms.get(accept);
  if (known) return known;
  const forms = readForms(accept);
  if (knownForms.size < MOST_KNOWN_FORMS) knownForms.set(accept, forms);
  return forms;
}

function readForms(accept: string): AcceptedForms {
  const entries = (accept.trim() === '' ? '*/*' : accept).split(',');
  const json = qualityOf(entries, ['application/json', 'application/*', '*/*']);
  const events = qualityOf(entries, ['text/event-stream', 'text/*', '*/*']);
  const eventsFirst = events.quality > json.quality || (events.quality === json.quality && events.index < json.index);
  return { json: json.quality > 0, events: events.quality > 0, eventsFirst: events.quality > 0 && eventsFirst };
}

/** How much a form is wanted, and where: by the entry that names it best, as https://www.rfc-editor.org/rfc/rfc9110#name-accept says. */
function qualityOf(entries: readonly string[], names: readonly string[]): { quality: number; index: number } {
  for (const name of names) {
    const index = entries.findIndex((entry) => mediaType(entry) === name);
    if (index >= 0) return { quality: Number(/;\s*q=([0-9.]+)/i.exec(entries[index] ?? '')?.[1] ?? 1), index };
  }
  return { quality: 0, index: entries.length };
}

/** The token of `Authorization: Bearer …`; undefined when there is no such header. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
}

export type Route =
  | { kind: 'health' }
  | { kind: 'metrics' }
  | { kind: 'well-known' }
  | { kind: 'mcp'; slug: string }
  | { kind: 'sse'; slug: string }
  | { kind: 'messages'; slug: string }
  | { kind: 'unknown' };

/** What a request target asks for. Only origin-form paths are known; the query is not looked at. */
export function routeOf(target: string | undefined): Route {
  const path = target?.split('?', 1)[0] ?? '';
  if (path === '/healthz') return { kind: 'health' };
  if (path === '/metrics') return { kind: 'metrics' };
  // Clients look for OAuth metadata also below the endpoint's own path.
  if (path.startsWith('/.well-known/') || path.includes('/.well-known/')) return { kind: 'well-known' };
  const match = /^\/([a-z0-9][a-z0-9-]{0,39})\/(mcp|sse|messages)\/?$/.exec(path);
  if (match?.[1] === undefined) return { kind: 'unknown' };
  return { kind: match[2] as 'mcp' | 'sse' | 'messages', slug: match[1] };
}

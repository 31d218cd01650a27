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
}

/** Which forms of answer an Accept header allows. Without one, everything is. */
export function acceptedForms(accept: string | undefined): AcceptedForms {
  if (accept === undefined || accept.trim() === '') return { json: true, events: true };
  const types = accept
    .split(',')
    .filter((entry) => !/;\s*q=0(\.0*)?\s*($|;)/i.test(entry))
    .map(mediaType);
  const any = types.includes('*/*');
  return {
    json: any || types.includes('application/json') || types.includes('application/*'),
    events: any || types.includes('text/event-stream') || types.includes('text/*'),
  };
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

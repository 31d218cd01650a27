import { request } from 'node:https';

export interface KubeAnswer {
  readonly code: number;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

export interface KubeQuestion {
  readonly method?: string;
  /** Path with query. */
  readonly path: string;
  readonly accept?: string;
  readonly body?: unknown;
}

/** Who speaks to which API server. */
export interface KubePeer {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** One plain HTTPS request to a Kubernetes API. Never rejects for a status; does for a connection that fails. */
export function askKube(peer: KubePeer, question: KubeQuestion): Promise<KubeAnswer> {
  const { method = 'GET', path, accept = 'application/json', body } = question;
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, peer.url),
      {
        method,
        ca: peer.ca,
        headers: { authorization: `Bearer ${peer.token}`, accept, 'content-type': contentType(method) },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('error', reject);
        response.once('end', () => resolve({ code: response.statusCode ?? 0, body: parse(text) }));
      },
    );
    call.once('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function contentType(method: string): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

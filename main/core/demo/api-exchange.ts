import type { Json, KubeObject } from './kube-object.ts';

/** What of a request the API looks at. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
  /** Reads the JSON body; only reviews have one that matters. */
  readonly body: () => Promise<unknown>;
  /** Puts a warning into the header of whatever is answered. */
  readonly warn: (text: string) => void;
}

/** What to send back; errors are thrown, as `ApiStatusError` or `UnknownPathError`. */
export type ApiAnswer =
  | { readonly kind: 'json'; readonly body: Json; readonly status?: number; readonly contentType?: string }
  | { readonly kind: 'text'; readonly body: string; readonly follow?: boolean }
  | {
      readonly kind: 'watch';
      readonly initial: readonly KubeObject[];
      readonly initialEventsEnd: boolean;
      readonly bookmarks: boolean;
      readonly bookmark: Json;
      readonly present: (object: KubeObject) => Json;
    };

export function jsonAnswer(body: Json, status = 200): ApiAnswer {
  return { kind: 'json', body, status };
}

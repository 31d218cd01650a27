import { BerthError } from '../../../contract/errors.ts';
import type { AllMode } from '../../../contract/model/all.ts';
import type { Backend } from '../backend/backend.ts';
import type { Disposable } from '../dispose.ts';
import { Endpoints } from './endpoints.ts';
import { HttpFront } from './http-front.ts';
import { defaultLimits, type GatewayLimits } from './limits.ts';
import { portInUse } from './port-holder.ts';
import type { Approver, GatewayEvents, GatewayTargets, TokenVerifier } from './ports.ts';
import { SocketFront } from './socket-front.ts';

export interface GatewayOptions {
  /** On 127.0.0.1; 0 = any free one, for tests. */
  readonly port: number;
  /** Where the stdio bridge connects: a Unix socket, a named pipe on Windows. */
  readonly mcpSocket: string;
  readonly targets: GatewayTargets;
  readonly tokens: TokenVerifier;
  readonly events: GatewayEvents;
  readonly approver: Approver;
  /** What `/metrics` answers to who has a token for it (`METRICS`). */
  readonly metrics: () => Promise<{ contentType: string; text: string }>;
  /** Of Berth: told to the bridge. */
  readonly version: string;
  /** What the endpoint of all servers shows to clients that do not say what they want. */
  readonly allMode: () => AllMode;
  readonly limits?: Partial<GatewayLimits>;
  /** Origins of web pages that may use the endpoints beside their own, e.g. `http://localhost:6274`. */
  readonly origins?: readonly string[];
}

/**
 * What AI clients connect to: one endpoint per server and one for all of them over HTTP, and the socket of the stdio bridge. Both carry the same sessions,
 * which outlive restarts and context switches of the server behind.
 */
export class Gateway implements Disposable {
  readonly #options: GatewayOptions;
  readonly #endpoints: Endpoints;
  readonly #http: HttpFront;
  readonly #socket: SocketFront;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const limits = { ...defaultLimits, ...options.limits };
    const { targets, tokens, events, approver, metrics, mcpSocket, version, allMode } = options;
    this.#endpoints = new Endpoints({ targets, events, approver, limits, version, allMode });
    this.#http = new HttpFront({ endpoints: this.#endpoints, tokens, metrics, limits, origins: options.origins ?? [] });
    this.#socket = new SocketFront({ path: mcpSocket, endpoints: this.#endpoints, limits, version });
  }

  /**
   * Opens both doors and answers the base URL, e.g. `http://127.0.0.1:23784`. Rejects with `port-in-use` that names who holds the
   * port, as far as this machine tells; the bridge's socket is open all the same then, and `listen` may be called again, also with
   * another port. A port that was open is closed once the new one is. Rejects with `conflict` when another Berth has the socket.
   */
  async listen(port: number = this.#options.port): Promise<{ url: string }> {
    await this.#socket.listen();
    try {
      return { url: `http://127.0.0.1:${await this.#http.listen(port)}` };
    } catch (error) {
      throw await portInUse(port, error);
    }
  }

  /**
   * Resolves when no call is in flight on this backend any more, at the latest after `limits.drainMs`: for stopping the former
   * server of a context switch (D19). New calls must go to another backend by then.
   */
  drain(backend: Backend): Promise<void> {
    return this.#endpoints.drain(backend);
  }

  /** Tells the clients of a server that other tools pass its guard now. */
  toolsChanged(slug: string): void {
    this.#endpoints.get(slug)?.toolsChanged();
  }

  /** The user may have chosen another mode for all servers: tells their clients. */
  followAllMode(): void {
    this.#endpoints.followMode();
  }

  /** Ends what a client has open over HTTP, calls in flight included: its tokens were revoked. The bridge has no token (D23). */
  endClient(client: string): void {
    const hint = 'Make a new one in Berth, or install the client again.';
    this.#http.endClient(client, new BerthError('unauthorized', `The tokens of ${client} were revoked.`, { hint }));
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#http.dispose(), this.#socket.dispose()]);
    this.#endpoints.dispose();
  }
}

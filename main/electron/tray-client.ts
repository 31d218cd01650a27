import { reduceStatus, type Status } from '../../contract/model/status.ts';
import { RpcClient } from '../../contract/rpc-client.ts';
import type { Disposable } from '../core/dispose.ts';
import { Emitter } from '../core/emitter.ts';
import type { CoreConnection } from '../core/rpc/dispatcher.ts';
import { loopback } from './loopback.ts';
import type { TrayAction } from './tray-menu.ts';

/** What the tray's clicks ask of the core. */
export type CoreAction = Extract<TrayAction, { do: 'start' | 'stop' | 'restart' | 'use' | 'decide' | 'repair' }>;

/** The tray's own connection to the core: the status as it is now, and the calls behind its menu. */
export class TrayClient implements Disposable {
  readonly #rpc: RpcClient;
  readonly #changed = new Emitter<Status>();
  #status: Status | null = null;

  readonly onDidChange = this.#changed.event;

  private constructor(rpc: RpcClient) {
    this.#rpc = rpc;
  }

  static async connect(accept: (connection: CoreConnection) => void): Promise<TrayClient> {
    const { core, ui } = loopback();
    accept(core);
    const rpc = new RpcClient(ui);
    await rpc.hello('tray');
    const client = new TrayClient(rpc);
    rpc.subscribe('status', undefined, {
      onItem: (event) => {
        client.#status = reduceStatus(client.#status, event);
        if (client.#status !== null) client.#changed.fire(client.#status);
      },
      onEnd: () => {},
    });
    return client;
  }

  /** Null until the first snapshot has come. */
  current(): Status | null {
    return this.#status;
  }

  /** Rejects with the BerthError that the core answers. Does not wait until a server is up: the menu shows how it goes. */
  async run(action: CoreAction): Promise<void> {
    if (action.do === 'use') await this.#rpc.call('contexts.use', { context: action.context });
    else if (action.do === 'decide')
      await this.#rpc.call('approvals.decide', { id: action.id, approve: action.approve });
    else if (action.do === 'repair') await this.#rpc.call('clients.repair', { client: action.client });
    else await this.#rpc.call(`servers.${action.do}`, { slugs: [action.slug], waitMs: 0 });
  }

  async startDemo(): Promise<void> {
    await this.#rpc.call('demo.set', { on: true, keep: false });
  }

  async startAtLogin(): Promise<boolean> {
    return (await this.#rpc.call('settings.get')).settings.startAtLogin;
  }

  dispose(): void {
    this.#rpc.close();
  }
}

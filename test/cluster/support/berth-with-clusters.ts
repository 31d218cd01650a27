import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from '../../../contract/model/server.ts';
import { eventually } from '../../e2e/support/processes.ts';
import { Sandbox, type Serving } from '../../e2e/support/sandbox.ts';
import { startTwoClusters, type TwoClusters } from './two-clusters.ts';

/** Two real clusters, and a real `berth serve` on a machine whose kubeconfig names both. */
export interface BerthWithClusters {
  readonly clusters: TwoClusters;
  readonly sandbox: Sandbox;
  readonly serving: Serving;
  /** `berth servers SLUG -o json`. */
  server(slug: string): Promise<Server>;
  /** Resolves with the server when `accept` takes it; rejects with what it was instead after `timeoutMs`. */
  serverWhen(slug: string, accept: (server: Server) => boolean, timeoutMs: number): Promise<Server>;
  /** Stops Berth, which must leave no process and end with 0, then the clusters. */
  stop(): Promise<void>;
}

/** `user` is who the kubeconfig says it is, at both clusters. */
export async function startBerthWithClusters(user: string): Promise<BerthWithClusters> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-clusters-'));
  const clusters = await startTwoClusters(folder);
  const sandbox = new Sandbox({ kubeconfig: clusters.kubeconfig(user) });
  const tidy = async () => {
    try {
      await sandbox.dispose();
    } finally {
      await clusters.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  };
  let serving: Serving;
  try {
    serving = await sandbox.serve();
  } catch (error) {
    await tidy();
    throw error;
  }
  const server = (slug: string) => sandbox.json<Server>('servers', slug);
  return {
    clusters,
    sandbox,
    serving,
    server,
    async serverWhen(slug, accept, timeoutMs) {
      let last: Server | undefined;
      const accepted = await eventually(async () => {
        last = await server(slug);
        return accept(last);
      }, timeoutMs);
      if (!last || !accepted) throw new Error(`not within ${timeoutMs} ms; the last state was ${JSON.stringify(last)}`);
      return last;
    },
    async stop() {
      const { code, stderr } = await serving.stop();
      await tidy();
      if (code !== 0) throw new Error(`berth serve ended with ${code}:\n${stderr}`);
    },
  };
}

import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** API servers of three clusters, as far as Berth asks them, and the kubeconfig that leads there. Each can be taken away. */
export class Clusters {
  #clusters;
  #file;
  #edits = 0;

  constructor(file, clusters) {
    this.#file = file;
    this.#clusters = clusters;
  }

  /** @param {string} file @param {string[]} names */
  static async start(file, names) {
    const clusters = await Promise.all(
      names.map(async (name) => {
        const cluster = { name, away: false, asked: 0 };
        cluster.server = createServer((request, response) => {
          cluster.asked += 1;
          if (cluster.away) return request.socket.destroy();
          response.writeHead(200, { 'content-type': 'application/json' });
          return response.end(JSON.stringify({ major: '1', minor: '31', gitVersion: 'v1.31.0' }));
        }).listen(0, '127.0.0.1');
        await once(cluster.server, 'listening');
        return cluster;
      }),
    );
    const all = new Clusters(file, clusters);
    all.edit();
    return all;
  }

  names() {
    return this.#clusters.map(({ name }) => name);
  }

  /** How often each was asked so far. */
  asked() {
    return Object.fromEntries(this.#clusters.map(({ name, asked }) => [name, asked]));
  }

  setAway(name, away) {
    for (const cluster of this.#clusters) if (cluster.name === name) cluster.away = away;
  }

  allBack() {
    for (const cluster of this.#clusters) cluster.away = false;
  }

  /** Writes the kubeconfig anew with other tokens: by rename, as programs do, or in place, as editors do. */
  edit(inPlace = false) {
    this.#edits += 1;
    const entry = (name) => ({
      cluster: { name, cluster: { server: `http://127.0.0.1:${this.#port(name)}` } },
      user: { name, user: { token: `soak-${name}-${this.#edits}` } },
      context: { name, context: { cluster: name, user: name } },
    });
    const entries = this.names().map(entry);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': this.names()[0],
      clusters: entries.map(({ cluster }) => cluster),
      users: entries.map(({ user }) => user),
      contexts: entries.map(({ context }) => context),
    };
    const target = inPlace ? this.#file : `${this.#file}.new`;
    writeFileSync(target, JSON.stringify(config), { mode: 0o600 });
    if (!inPlace) renameSync(target, this.#file);
  }

  async stop() {
    for (const { server } of this.#clusters) {
      server.closeAllConnections();
      server.close();
    }
  }

  #port(name) {
    return this.#clusters.find((cluster) => cluster.name === name).server.address().port;
  }
}

import { childrenOf } from '../../bench/lib/processes.mjs';

/** How long a server or Berth itself is held by SIGSTOP, in ms: for Berth as long as makes a sleep. */
const HELD_MS = [2_000, 20_000];
const SLEEP_MS = [8_000, 15_000];

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/**
 * The things that happen to servers in the field, chosen by the seed. Each answers when it has begun; what must be undone is
 * undone by `heal`.
 */
export class Actions {
  counts = {};
  #random;
  #clusters;
  #servers;
  #held = new Map();
  #later = new Map();
  #control = null;
  #pid = 0;

  constructor(random, clusters, servers) {
    this.#random = random;
    this.#clusters = clusters;
    this.#servers = servers;
  }

  /** The Berth that these happen to. */
  begin({ control, pid }) {
    this.#control = control;
    this.#pid = pid;
  }

  /** One action by chance. */
  async next() {
    const name = this.#random.weighted([
      [8, 'kill'],
      [4, 'hold'],
      [2, 'kill a child of it'],
      [3, 'restart'],
      [3, 'stop and start'],
      [1, 'start all'],
      [2, 'edit the kubeconfig'],
      [2, 'take a cluster away'],
      [2, 'switch the context'],
      [1, 'sleep'],
    ]);
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    await this.#do(name);
  }

  /** Puts everything right that is held or away, and starts what has given up. */
  async heal() {
    for (const [pid, timer] of this.#held) {
      clearTimeout(timer);
      send(pid, 'SIGCONT');
    }
    this.#held.clear();
    // What was to come later comes now: a server that was stopped for a while would stay so.
    for (const [timer, work] of this.#later) {
      clearTimeout(timer);
      work();
    }
    this.#later.clear();
    this.#clusters.allBack();
    const states = await this.#control.call('servers.list');
    const down = states.filter(({ slug, state }) => this.#deservesMore(slug, state));
    // Not awaited: one that hangs would hold up the run.
    for (const { slug } of down) this.#ask('servers.start', { slugs: [slug] });
  }

  #deservesMore(slug, state) {
    const server = this.#servers.find((one) => one.slug === slug);
    return (state === 'failed' || state === 'stopped') && !server?.ends.includes(state);
  }

  async #do(name) {
    const server = this.#random.pick(this.#servers);
    const { slug } = server;
    switch (name) {
      case 'kill':
        return this.#withPid(slug, (pid) => send(pid, 'SIGKILL'));
      case 'hold':
        return this.#withPid(slug, (pid) => this.#hold(pid, this.#random.between(...HELD_MS)));
      case 'kill a child of it':
        return this.#withPid(slug, (pid) => {
          const [child] = childrenOf(pid);
          if (child) send(child.pid, 'SIGKILL');
        });
      case 'restart':
        return this.#ask('servers.restart', { slugs: [slug] });
      case 'stop and start': {
        const ms = this.#random.between(0, 3_000);
        this.#ask('servers.stop', { slugs: [slug] });
        return this.#soon(ms, () => this.#ask('servers.start', { slugs: [slug] }));
      }
      case 'start all':
        return this.#ask('servers.start', { slugs: this.#servers.map((one) => one.slug) });
      case 'edit the kubeconfig':
        return this.#clusters.edit(this.#random.next() < 0.5);
      case 'take a cluster away': {
        const cluster = this.#random.pick(this.#clusters.names());
        this.#clusters.setAway(cluster, true);
        return this.#soon(this.#random.between(3_000, 20_000), () => this.#clusters.setAway(cluster, false));
      }
      case 'switch the context':
        return this.#ask('contexts.use', { context: this.#random.pick(this.#clusters.names()), force: true });
      case 'sleep':
        return this.#sleep(this.#random.between(...SLEEP_MS));
    }
  }

  /** All of Berth stands still, as in a sleep of the machine; while it does, servers die as well. */
  async #sleep(ms) {
    const { pid } = await this.#control.call('servers.get', { slug: this.#random.pick(this.#servers).slug });
    send(this.#pid, 'SIGSTOP');
    if (pid !== null) send(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, ms));
    send(this.#pid, 'SIGCONT');
  }

  #hold(pid, ms) {
    if (this.#held.has(pid)) return;
    send(pid, 'SIGSTOP');
    const timer = setTimeout(() => {
      this.#held.delete(pid);
      send(pid, 'SIGCONT');
    }, ms);
    this.#held.set(pid, timer);
  }

  #soon(ms, work) {
    const timer = setTimeout(() => {
      this.#later.delete(timer);
      work();
    }, ms);
    this.#later.set(timer, work);
  }

  async #withPid(slug, use) {
    const { pid } = await this.#control.call('servers.get', { slug });
    if (pid !== null) use(pid);
  }

  /** Calls that wait for a server to be ready may fail, as those of a user do. */
  #ask(method, params) {
    this.#control.call(method, params).catch(() => {});
  }
}

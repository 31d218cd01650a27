import { BerthError } from '../../../contract/errors.ts';
import type { Client } from '../../../contract/model/client.ts';
import type { CheckResult } from '../../../contract/model/doctor.ts';
import type { ExistingClient } from '../../../contract/model/existing.ts';
import type { Server } from '../../../contract/model/server.ts';
import { type Check, climb } from './check.ts';
import { clientChecks } from './client-checks.ts';
import { existingChecks } from './existing-checks.ts';

type Report = (result: CheckResult) => void;

/** Where the doctor looks. */
export interface DoctorParts {
  readonly berth: readonly Check[];
  readonly servers: () => readonly Server[];
  readonly serverChecks: (slug: string) => readonly Check[];
  /** The ladder of one context; reports by itself and answers whether all went well. */
  readonly probeContext: (ref: string, report: Report, signal: AbortSignal) => Promise<boolean>;
  readonly contextRefs: () => readonly string[];
  readonly clients: () => Promise<Client[]>;
  /** What stands in clients' files that is not Berth's; no more than the files are asked. */
  readonly existing: () => Promise<ExistingClient[]>;
}

/** Runs the layered test: Berth itself, a context, a server (its context's ladder first) or a client. */
export class Doctor {
  readonly #parts: DoctorParts;

  constructor(parts: DoctorParts) {
    this.#parts = parts;
  }

  /**
   * Targets: `server:SLUG`, `context:REF`, `client:ID`; absent = Berth, all servers with their contexts, and all clients
   * that hold entries of ours or about whose own there is something to say. Contexts that nothing uses are left alone: asking them could open a login (D20).
   */
  async run(target: string | undefined, report: Report, signal: AbortSignal): Promise<void> {
    if (target === undefined) return this.#everything(report, signal);
    const [kind, name] = splitTarget(target);
    if (kind === 'context') {
      await this.#parts.probeContext(this.#known('context', name, this.#parts.contextRefs()), report, signal);
    } else if (kind === 'server') {
      const slugs = this.#parts.servers().map((server) => server.slug);
      await this.#server(this.#known('server', name, slugs), new Map(), report, signal);
    } else if (kind === 'client') {
      const ids = (await this.#parts.clients()).map((client) => client.id);
      await this.#client(this.#known('client', name, ids), report, signal);
    } else {
      await climb('berth', this.#parts.berth, report, signal, { independent: true });
    }
  }

  async #everything(report: Report, signal: AbortSignal): Promise<void> {
    await climb('berth', this.#parts.berth, report, signal, { independent: true });
    const probed = new Map<string, boolean>();
    for (const server of this.#parts.servers()) await this.#server(server.slug, probed, report, signal);
    const odd = (await this.#parts.existing()).filter(
      ({ findings, servers }) => findings.length > 0 || servers.some((server) => server.findings.length > 0),
    );
    for (const { id, entries, error } of await this.#parts.clients()) {
      const isOdd = odd.some(({ client }) => client === id);
      if (entries.length > 0 || error || isOdd) await this.#client(id, report, signal);
    }
  }

  async #server(slug: string, probed: Map<string, boolean>, report: Report, signal: AbortSignal): Promise<void> {
    const context = this.#parts.servers().find((server) => server.slug === slug)?.context ?? null;
    if (context !== null && !probed.has(context)) {
      probed.set(context, await this.#parts.probeContext(context, report, signal));
    }
    await climb(`server:${slug}`, this.#parts.serverChecks(slug), report, signal);
  }

  async #client(id: string, report: Report, signal: AbortSignal): Promise<void> {
    const get = async () => {
      const client = (await this.#parts.clients()).find((one) => one.id === id);
      if (!client) throw new BerthError('not-found', `There is no client "${id}".`);
      return client;
    };
    const existing = (await this.#parts.existing()).find(({ client }) => client === id);
    const checks = [...clientChecks(get), ...(existing ? existingChecks(existing) : [])];
    await climb(`client:${id}`, checks, report, signal);
  }

  #known(kind: string, name: string, all: readonly string[]): string {
    if (all.includes(name)) return name;
    throw new BerthError('not-found', `There is no ${kind} "${name}".`, {
      hint: all.length === 0 ? `No ${kind} is there yet.` : `There are: ${all.join(', ')}.`,
    });
  }
}

function splitTarget(target: string): [string, string] {
  const colon = target.indexOf(':');
  return colon === -1 ? [target, ''] : [target.slice(0, colon), target.slice(colon + 1)];
}

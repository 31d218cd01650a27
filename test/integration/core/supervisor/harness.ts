import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogLine } from '../../../../contract/model/log.ts';
import type { Backend, JsonRpcMessage } from '../../../../main/core/backend/backend.ts';
import { Emitter } from '../../../../main/core/emitter.ts';
import type { LogEntry, LogSink } from '../../../../main/core/logs/log-sink.ts';
import type { LaunchPlan } from '../../../../main/core/presets/launch-plan.ts';
import type { Planner } from '../../../../main/core/supervisor/server-run.ts';
import { Supervisor } from '../../../../main/core/supervisor/supervisor.ts';
import type { SupervisorOptions } from '../../../../main/core/supervisor/supervisor-options.ts';
import type { Timings } from '../../../../main/core/supervisor/timings.ts';

/** Path of a fixture server. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/servers/${name}`, import.meta.url));
}

/** Short, so that tests that wait for them are fast; every rule is the real one. */
export const quick: Partial<Timings> = {
  backoffBaseMs: 20,
  backoffCapMs: 100,
  eofGraceMs: 300,
  termGraceMs: 300,
};

/** Keeps everything that was logged, and lets a test wait for a line. */
export class RecordingLog implements LogSink {
  readonly lines: { slug: string; stream: LogLine['stream']; text: string }[] = [];
  readonly secrets: string[] = [];
  readonly #added = new Emitter<void>();

  append({ slug, stream, text }: LogEntry): void {
    for (const line of text.split(/\r?\n/)) {
      if (line !== '') this.lines.push({ slug, stream, text: line });
    }
    this.#added.fire();
  }

  pressure(): null {
    return null;
  }

  addSecrets(_slug: string, values: readonly string[]): void {
    this.secrets.push(...values);
  }

  redact(_slug: string, text: string): string {
    return this.secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
  }

  text(): string {
    return this.lines.map(({ stream, text }) => `${stream}: ${text}`).join('\n');
  }

  /** The capture groups of the first `count` lines that match, as soon as there are so many. */
  async matches(pattern: RegExp, count: number): Promise<string[]> {
    for (;;) {
      const found = this.lines.flatMap(({ text }) => pattern.exec(text)?.[1] ?? []);
      if (found.length >= count) return found.slice(0, count);
      await new Promise<void>((resolve) => {
        const subscription = this.#added.event(() => {
          subscription.dispose();
          resolve();
        });
      });
    }
  }
}

export interface Bench {
  readonly folder: string;
  readonly log: RecordingLog;
  readonly supervisor: Supervisor;
  /** How many handles were made, and how many of them released. */
  readonly handles: { made: number; released: number };
  plan(slug: string, change: Partial<LaunchPlan> & { run?: string[]; command?: string }): LaunchPlan;
  planner(slug: string, change: Parameters<Bench['plan']>[1]): Planner;
  end(): Promise<void>;
}

/** A supervisor in a folder of its own. `end()` disposes it and checks that every handle was released. */
export async function openBench(
  timings: Partial<Timings> = {},
  more: Pick<SupervisorOptions, 'gate' | 'random' | 'pausedSince'> = {},
): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-supervisor-'));
  const log = new RecordingLog();
  const handles = { made: 0, released: 0 };
  const supervisor = new Supervisor({
    ledgerFile: join(folder, 'ledger.json'),
    logs: log,
    clientInfo: { name: 'berth', version: '0.0.0-test' },
    timings: { ...quick, ...timings },
    ...more,
  });
  const plan: Bench['plan'] = (slug, { run = [fixture('good-stdio.mjs')], command = process.execPath, ...change }) => ({
    slug,
    transport: 'stdio',
    process: { command, args: run, env: { PATH: process.env['PATH'] ?? '' }, cwd: join(folder, slug), files: [] },
    url: null,
    headers: {},
    probe: null,
    startTimeoutMs: 45_000,
    failures: [],
    secrets: [],
    ...change,
  });
  return {
    folder,
    log,
    supervisor,
    handles,
    plan,
    planner: (slug, change) => async () => {
      handles.made += 1;
      return {
        plan: plan(slug, change),
        release: async () => {
          handles.released += 1;
        },
      };
    },
    async end() {
      await supervisor.dispose();
      await rm(folder, { recursive: true, force: true });
      if (handles.made !== handles.released) {
        throw new Error(`${handles.made} handles were made and ${handles.released} released`);
      }
    },
  };
}

/** Whether a process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  if (process.platform === 'linux') {
    if (!existsSync(`/proc/${pid}/stat`)) return false;
    try {
      return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return false;
    }
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

let nextId = 1;

/** Sends a request and resolves with its answer, or rejects when the backend closes. */
export function ask(backend: Backend, method: string, params?: unknown): Promise<JsonRpcMessage> {
  const id = `test:${nextId++}`;
  return new Promise((resolve, reject) => {
    const subscriptions = [
      backend.onMessage((message) => {
        if (message.id === id && message.method === undefined) finish(() => resolve(message));
      }),
      backend.onClose((reason) => finish(() => reject(reason))),
    ];
    const finish = (end: () => void) => {
      for (const subscription of subscriptions) subscription.dispose();
      end();
    };
    backend.send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
  });
}

/** Calls a tool and gives its structured content or its text. */
export async function callTool(backend: Backend, name: string, args: Record<string, unknown> = {}): Promise<unknown> {
  const answer = await ask(backend, 'tools/call', { name, arguments: args });
  if (answer.error) throw new Error(answer.error.message);
  const result = answer.result as { structuredContent?: unknown; content: { text: string }[] };
  return result.structuredContent ?? result.content[0]?.text;
}

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '../../../contract/model/client.ts';
import { type ClientRow, loadClientRegistry, placeIn } from '../../../main/core/clients/registry.ts';
import type { ConfigPlace, ConfigText } from '../../../main/core/clients/text/config-text.ts';
import { configTexts } from '../../../main/core/clients/text/config-texts.ts';
import { Child, run } from '../../e2e/support/child.ts';
import { coreInSandbox, type SandboxedCore } from '../../fixtures/core-in-sandbox.ts';
import type { RealClient, RpcMessage, Terminal } from './real-client.ts';

/** The slug of the docked server, and its entry's name in clients' files. */
export const SLUG = 'mine';
export const NAME = `berth-${SLUG}`;

const goodServer = fileURLToPath(new URL('../../fixtures/servers/good-stdio.mjs', import.meta.url));
/** Nothing listens there: what a client wants from the internet fails at once. */
const NOWHERE = 'http://127.0.0.1:9';
const ANSWER_WITHIN_MS = 60_000;

/** A home folder with a real client on its PATH and a real Berth that has one server docked. */
export interface Machine extends Terminal {
  readonly berth: SandboxedCore;
  readonly row: ClientRow;
  readonly format: ConfigText;
  readonly place: ConfigPlace;
  /** The client's config file, where Berth says that it is. */
  readonly file: string;
  /** The text of that file; empty when there is none. */
  text(): Promise<string>;
  bytes(): Promise<Buffer>;
  /** Puts a file in the place of the client's. */
  write(text: string): Promise<void>;
  entry(name: string): Promise<unknown>;
  /** When Berth last saw this client, ISO time, and what it called itself in `initialize`. */
  seenByBerth(): Promise<Pick<Client, 'connectedAt' | 'connectedAs'>>;
  dispose(): Promise<void>;
}

/** `command` starts the client's program, before its arguments. */
export async function openMachine(client: RealClient, command: readonly string[]): Promise<Machine> {
  const row = await rowOf(client.id);
  const home = await mkdtemp(join(tmpdir(), 'berth-client-'));
  const env = environment(home, client);
  await installProgram(join(home, 'bin', client.program), command);
  // The bridge must not start another Berth when this one has ended.
  const berth = await coreInSandbox({ home, env, startCommand: [] });
  await berth.call('servers.add', {
    preset: 'command',
    slug: SLUG,
    context: 'none',
    guard: 'full',
    options: { command: process.execPath, args: JSON.stringify([goodServer]) },
  });
  await berth.call('servers.start', { slugs: [SLUG] });
  const { file } = await clientOf(berth, client.id);
  const format = configTexts[row.format];
  const place = placeIn(row);
  const text = () => readFile(file, 'utf8').catch(emptyWhenMissing);
  return {
    home,
    berth,
    row,
    format,
    place,
    file,
    text,
    bytes: () => readFile(file),
    write: async (content) => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    },
    entry: async (name) => format.entries((await text()).replace(/^\uFEFF/, ''), place).get(name),
    seenByBerth: async () => {
      const { connectedAt, connectedAs } = await clientOf(berth, client.id);
      return { connectedAt, connectedAs };
    },
    run: (args, options = {}) =>
      run(join(home, 'bin', client.program), args, {
        cwd: home,
        env: { ...env, ...options.env },
        group: true,
        timeoutMs: ANSWER_WITHIN_MS,
      }),
    converse: (args, messages) =>
      converse(new Child(join(home, 'bin', client.program), args, { cwd: home, env, group: true }), messages),
    dispose: async () => {
      await berth.dispose();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A client's row, as it comes with Berth. */
export async function rowOf(id: string): Promise<ClientRow> {
  const registry = await loadClientRegistry(fileURLToPath(new URL('../../../assets/clients', import.meta.url)));
  const row = registry.find((one) => one.id === id);
  if (row === undefined) throw new Error(`assets/clients has no ${id}.yaml`);
  return row;
}

async function clientOf(berth: SandboxedCore, id: string) {
  const found = (await berth.call('clients.list', undefined)).find((one) => one.id === id);
  if (found === undefined) throw new Error(`Berth knows no client ${id}`);
  return found;
}

/** Nothing of this machine but system programs and the Node that runs: what the client does is what its file and these say. */
function environment(home: string, client: RealClient): Record<string, string> {
  return {
    HOME: home,
    PATH: [join(home, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_RUNTIME_DIR: join(home, 'run'),
    TMPDIR: tmpdir(),
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
    // Upper and lower case, as programs read one or the other.
    ...Object.fromEntries(
      ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [
        [name, NOWHERE],
        [name.toLowerCase(), NOWHERE],
      ]),
    ),
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    ...client.env,
  };
}

/** What npm would link to on PATH. */
async function installProgram(path: string, command: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  await writeFile(path, `#!/bin/sh\nexec ${words} "$@"\n`);
  await chmod(path, 0o755);
}

async function converse(child: Child, messages: readonly RpcMessage[]): Promise<Record<string, unknown>> {
  try {
    let answer: Record<string, unknown> = {};
    for (const message of messages) {
      child.write(`${JSON.stringify(message)}\n`);
      if (message.id === undefined) continue;
      const line = await child.line((each) => each.startsWith(`{"id":${message.id},`), ANSWER_WITHIN_MS);
      answer = JSON.parse(line) as Record<string, unknown>;
    }
    return answer;
  } finally {
    child.end();
    await child.stop(5_000);
  }
}

function emptyWhenMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

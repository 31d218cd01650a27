import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { berthPaths } from '../core/paths.ts';
import { connectToBerth } from './berth-connection.ts';
import { BridgeSession } from './bridge-session.ts';
import { startBerth, startCommand } from './start-berth.ts';

const USAGE = `Usage: bridge connect SLUG [--client ID] [--mode MODE] [--socket PATH] [--wait SECONDS]

Connects an AI client that speaks MCP over stdio with the server SLUG in Berth, or with all of them: connect all.
  --client ID      who is connecting, for Berth's activity list (default: bridge)
  --mode MODE      of all servers: tools, or search for two tools that find the others (default: as set in Berth)
  --socket PATH    Berth's socket (default: that of this user, or of BERTH_HOME)
  --wait SECONDS   how long requests wait for Berth to come up (default: 30)
`;

export interface BridgeIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The stdio bridge: what AI clients start. Carries JSON-RPC between stdin/stdout and Berth until stdin ends; answers the exit code,
 * 2 for wrong usage. Starts Berth when it does not run.
 */
export async function runBridge(args: readonly string[], io: BridgeIo = process): Promise<number> {
  const say = (text: string) => void io.stderr.write(`berth: ${text}\n`);
  io.stderr.on('error', () => {});
  const options = parseOptions(args);
  if (typeof options === 'string') {
    say(options);
    io.stderr.write(USAGE);
    return 2;
  }
  const { slug, client, mode, waitMs } = options;
  const socket = options.socket ?? berthPaths(io.env).mcpSocket;
  const command = startCommand(io.env, import.meta.url);
  const session = new BridgeSession({
    stdin: io.stdin,
    stdout: io.stdout,
    connect: () => connectToBerth(socket, { slug, client, ...(mode === null ? {} : { mode }) }),
    start: async () => command !== null && startBerth(command, io.env),
    waitMs,
    say,
  });
  await session.run();
  return 0;
}

interface Options {
  readonly slug: string;
  readonly client: string;
  readonly mode: string | null;
  readonly socket: string | null;
  readonly waitMs: number;
}

/** What is wrong with them, as a sentence, when they cannot be used. */
function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        client: { type: 'string' },
        mode: { type: 'string' },
        socket: { type: 'string' },
        wait: { type: 'string' },
      },
    });
    const [verb, slug, ...more] = positionals;
    if (verb !== 'connect' || slug === undefined || more.length > 0) return 'Say which server: connect SLUG.';
    const client = values.client ?? 'bridge';
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(client)) return '--client takes letters, digits, ".", "_" and "-".';
    const mode = values.mode ?? null;
    if (mode !== null && mode !== 'tools' && mode !== 'search') return '--mode takes tools or search.';
    const seconds = Number(values.wait ?? 30);
    if (!(seconds >= 0 && seconds <= 600)) return '--wait takes seconds, from 0 to 600.';
    return { slug, client, mode, socket: values.socket ?? null, waitMs: seconds * 1000 };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** This file is a program under its own name only: the command line has it in its bundle, and calls `runBridge`. */
function isProgram(): boolean {
  const program = process.argv[1];
  const here = fileURLToPath(import.meta.url);
  if (program === undefined || !/^bridge\.(js|ts|mjs)$/.test(basename(here))) return false;
  if (program === here) return true;
  try {
    return realpathSync(program) === realpathSync(here);
  } catch {
    return false;
  }
}

if (isProgram()) {
  // A client that is killed leaves a pipe behind; stdin EOF is what ends the bridge, and nothing else keeps it.
  process.exit(await runBridge(process.argv.slice(2)));
}

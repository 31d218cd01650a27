import { type Command, InvalidArgumentError, Option } from 'commander';
import { BerthError, exitCodeOf } from '../../../contract/errors.ts';
import type { AllMode } from '../../../contract/model/all.ts';
import { applicationFiles } from '../../core/application-files.ts';
import { say } from '../cli-io.ts';
import { type CommandKit, formatOf, withOutput } from '../command-kit.ts';
import { print } from '../output.ts';
import { withBerth } from '../session.ts';

const QUIT_TIMEOUT_MS = 30_000;

/** serve, open, quit, connect, version: Berth itself. */
export function addAppCommands(program: Command, { io, exit }: CommandKit): void {
  program
    .command('serve')
    .description('run Berth in the foreground, without the desktop; Ctrl-C stops everything')
    .addOption(new Option('--port <number>', 'port of the endpoints on 127.0.0.1').argParser(port))
    .addOption(new Option('--ui-port <number>', 'port of the window on 127.0.0.1').argParser(port))
    .option('--open', 'open the window in a browser', false)
    .option('--demo', 'offer two demo clusters for this run', false)
    .addOption(new Option('-o, --output <format>', 'print the ready line as json').choices(['json']))
    .action(async (options: { port?: number; uiPort?: number; open: boolean; demo: boolean; output?: 'json' }) => {
      const { serve } = await import('../../headless/headless.ts');
      exit(
        await serve({
          open: options.open,
          demo: options.demo,
          output: options.output ?? 'text',
          ...(options.port === undefined ? {} : { port: options.port }),
          ...(options.uiPort === undefined ? {} : { uiPort: options.uiPort }),
        }),
      );
    });

  withOutput(program.command('open'))
    .description('show the window, or print a link that opens it once in a browser')
    .option('--no-browser', 'only print the link')
    .action(async (options: { output?: string; browser: boolean }) => {
      const opened = await withBerth(io, (berth) => berth.call('app.open'));
      await print(io, formatOf(options), opened, ({ url }) => url ?? '');
      if (opened.url === null || !options.browser) return;
      const { openInBrowser } = await import('../../headless/open-in-browser.ts');
      if (!(await openInBrowser(opened.url, io.platform)))
        say(io, 'No browser could be opened from here; use the link.');
    });

  withOutput(program.command('quit'))
    .description('stop Berth and all its servers')
    .action(async (options: { output?: string }) => {
      await withBerth(io, async (berth) => {
        const stopped = new Promise<void>((resolve) => berth.onClose(() => resolve()));
        await berth.call('app.quit');
        await within(QUIT_TIMEOUT_MS, stopped);
      });
      say(io, 'Berth has stopped.');
      await print(io, formatOf(options), { stopped: true }, () => '');
    });

  program
    .command('connect <slug>')
    .description('the stdio bridge to a server, or with "all" to all of them: what AI clients start')
    .option('--client <id>', 'who is connecting, for the activity list')
    .addOption(new Option('--mode <mode>', 'of all servers: every tool, or search').choices(['tools', 'search']))
    .action(async (slug: string, options: { client?: string; mode?: AllMode }) => {
      const { runBridge } = await import('../../bridge/bridge.ts');
      const client = options.client === undefined ? [] : ['--client', options.client];
      const mode = options.mode === undefined ? [] : ['--mode', options.mode];
      const args = ['connect', slug, ...client, ...mode];
      const { stdin, stdout, stderr, env } = io;
      exit(await Promise.race([runBridge(args, { stdin, stdout, stderr, env }), untilInterrupted(io.interrupted)]));
    });

  withOutput(program.command('version'))
    .description('print the version')
    .action(async (options: { output?: string }) => {
      const { version } = applicationFiles(import.meta.url);
      await print(io, formatOf(options), { version, node: process.versions.node }, () => version);
    });
}

/** The exit code of a command that Ctrl-C ends. */
function untilInterrupted(signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const end = () => resolve(exitCodeOf('cancelled'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
  });
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  throw new InvalidArgumentError('a port is a number from 1 to 65535.');
}

function within(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        reject(
          new BerthError('timed-out', `Berth has not stopped after ${ms / 1_000} s.`, {
            hint: 'See its log for the server that does not end.',
          }),
        ),
      ms,
    );
    work.then(() => {
      clearTimeout(timer);
      resolve();
    }, reject);
  });
}

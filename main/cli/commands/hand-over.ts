import { resolve } from 'node:path';
import type { RpcClient } from '../../../contract/rpc-client.ts';
import { type CliIo, say } from '../cli-io.ts';
import { formatOf } from '../command-kit.ts';
import { print } from '../output.ts';

export interface HandOverOptions {
  output?: string;
  /** False: nothing is opened. */
  open: boolean;
  /** Where a bundle is written. */
  file?: string;
}

/** Prints links that add servers to a client, and opens them. */
export async function openLinks(
  io: CliIo,
  berth: RpcClient,
  client: string,
  slugs: readonly string[],
  options: HandOverOptions,
): Promise<void> {
  const answer = await berth.call('clients.link', { client, slugs: [...slugs], open: options.open });
  await print(io, formatOf(options), answer, ({ links }) => links.map(({ url }) => url).join('\n'));
  const { title } = answer.client;
  if (answer.links.length === 0) return say(io, `${title} has it already.`);
  const urls = answer.links.map(({ url }) => url);
  if (options.open && !answer.opened && !(await openHere(io, urls))) {
    return say(io, `No desktop was found here; open the link where ${title} runs as you.`);
  }
  say(io, options.open ? `Confirm it in ${title}.` : `Open the link and confirm it in ${title}.`);
}

/** Writes bundles, prints where they are, and opens them. */
export async function openBundles(
  io: CliIo,
  berth: RpcClient,
  client: string,
  slugs: readonly string[],
  options: HandOverOptions,
): Promise<void> {
  const output = options.file === undefined ? {} : { output: resolve(io.cwd, options.file) };
  const answer = await berth.call('clients.bundle', { client, slugs: [...slugs], open: options.open, ...output });
  await print(io, formatOf(options), answer, ({ bundles }) => bundles.map(({ file }) => file).join('\n'));
  const { title } = answer.client;
  const files = answer.bundles.map(({ file }) => file);
  const opened = options.open && (answer.opened || (await openHere(io, files)));
  say(io, opened ? `Confirm it in ${title}.` : `Open the file with ${title} to install it.`);
}

/** Hands links or files to this machine's desktop; false when there is none. */
async function openHere(io: CliIo, targets: readonly string[]): Promise<boolean> {
  const desktop = ['darwin', 'win32'].includes(io.platform) || io.env['DISPLAY'] || io.env['WAYLAND_DISPLAY'];
  if (!desktop) return false;
  const { openInBrowser } = await import('../../headless/open-in-browser.ts');
  for (const target of targets) if (!(await openInBrowser(target, io.platform))) return false;
  return true;
}

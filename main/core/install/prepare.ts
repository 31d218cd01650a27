import { chmod, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { BerthError } from '../../../contract/errors.ts';
import type { InstallEvent } from '../../../contract/model/install.ts';
import { archiveLimits, unpackPackage } from './archive.ts';
import { explainCommandFailure } from './explain-failure.ts';
import type { NpmConfig } from './npm-config.ts';
import type { CommandWork, DownloadWork, RoutePlan } from './plan-route.ts';
import { downloadPackage, MOST_PACKAGE_BYTES, metadataUrl, readPackageVersion } from './registry.ts';
import { removeTree } from './remove-tree.ts';
import { runCommand } from './run-command.ts';

/** Limits of a download; smaller ones are for tests. */
export interface InstallLimits {
  readonly packageBytes: number;
  readonly unpackedBytes: number;
}
export const installLimits: InstallLimits = { packageBytes: MOST_PACKAGE_BYTES, unpackedBytes: archiveLimits.bytes };

export interface PrepareContext {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly platform: NodeJS.Platform;
  readonly npm: NpmConfig | null;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly limits: InstallLimits;
  readonly push: (event: InstallEvent) => void;
}

/** What lies in the work folder when a route has done its work; paths are relative to it. */
export interface Prepared {
  readonly program: string;
  readonly packageFolder: string | null;
  readonly from: string;
}

/** How often progress is told, in ms. */
const TELL_EVERY_MS = 100;

/** Does the work of a route in a folder that exists and is empty. What it leaves when it rejects is the caller's to remove. */
export function prepare({ work, shown }: RoutePlan, title: string, context: PrepareContext): Promise<Prepared> {
  return work.kind === 'download' ? download(work, context) : runRoute(work, { title, shown }, context);
}

async function download(work: DownloadWork, context: PrepareContext): Promise<Prepared> {
  const { folder, npm, userAgent, signal, limits, push } = context;
  if (!npm) throw new BerthError('internal', 'A download was begun without the configuration of npm.');
  const options = { config: npm, userAgent, signal };
  const registry = metadataUrl(npm, work.packageName).host;
  push({ type: 'step', title: `Asking ${registry} for ${work.packageName} ${work.version}` });
  const found = await readPackageVersion(work.packageName, work.version, options);
  if (work.sha512 !== null && work.sha512 !== found.sha512) {
    throw new BerthError(
      'protocol',
      `${registry} offers another ${work.packageName} ${work.version} than the one that Berth knows: its sha512 differs. Nothing was downloaded.`,
      { hint: 'The registry or its mirror changes packages: tell whoever runs it.' },
    );
  }
  push({ type: 'step', title: `Downloading from ${found.tarball.host}` });
  const file = join(folder, 'package.tgz');
  const progress = everySoOften(push);
  await downloadPackage(found, file, {
    ...options,
    mostBytes: limits.packageBytes,
    onBytes: (done, total) => progress({ type: 'bytes', done, total }, done === total),
  });
  push({ type: 'step', title: 'Its sha512 is right. Unpacking' });
  const packageFolder = join(folder, 'package');
  await mkdir(packageFolder, { mode: 0o700 });
  await unpackPackage(file, packageFolder, signal, { ...archiveLimits, bytes: limits.unpackedBytes });
  await rm(file);
  const program = join('package', work.file);
  await mustBeFile(join(folder, program), `${work.packageName} ${work.version} holds no program for this machine.`);
  await chmod(join(folder, program), 0o755);
  return { program, packageFolder: 'package', from: `${found.tarball.origin}${found.tarball.pathname}` };
}

async function runRoute(
  work: CommandWork,
  { title, shown }: { title: string; shown: RoutePlan['shown'] },
  context: PrepareContext,
): Promise<Prepared> {
  const { folder, env, platform, signal, push } = context;
  push({ type: 'step', title: shown.title });
  push({ type: 'line', text: `$ ${shown.commandLine ?? ''}` });
  const failed = await runCommand(work, {
    env: { ...env, ...work.env },
    cwd: folder,
    platform,
    signal,
    onLine: (text) => push({ type: 'line', text }),
  });
  if (failed) throw explainCommandFailure(shown.route, title, failed);
  push({ type: 'step', title: 'Keeping the program, removing what only its installation needed' });
  const wanted = join(folder, work.file);
  await mustBeFile(wanted, `The command ended well, but left no ${work.file} behind.`);
  // krew links to its store with an absolute path, which is another one once the folder has its place.
  const program = relative(await realpath(folder), await realpath(wanted));
  if (program.startsWith('..') || isAbsolute(program)) {
    throw new BerthError(
      'protocol',
      `The command put its program outside of Berth's folder: ${work.file} leads to it.`,
    );
  }
  for (const leftover of work.leftovers) await removeTree(join(folder, leftover));
  return { program, packageFolder: work.packageFolder, from: shown.commandLine ?? '' };
}

async function mustBeFile(path: string, message: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new BerthError('protocol', message, { hint: 'Use another way to install it.' });
}

/** Passes an event on unless the last one was a moment ago; `last` always. */
function everySoOften(push: (event: InstallEvent) => void): (event: InstallEvent, last: boolean) => void {
  let told = Number.NEGATIVE_INFINITY;
  return (event, last) => {
    const now = performance.now();
    if (!last && now - told < TELL_EVERY_MS) return;
    told = now;
    push(event);
  };
}

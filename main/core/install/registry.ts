import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BerthError } from '../../../contract/errors.ts';
import type { NpmConfig } from './npm-config.ts';
import { getFromRegistry, networkFailure, type RegistryRequestOptions, wrongAnswer } from './registry-request.ts';

/** A package's metadata with all its versions; npm's own is under 30 MB for the largest package there is. */
const MOST_METADATA_BYTES = 64 * 1024 * 1024;
/** The largest package of a preset is 30 MB. */
export const MOST_PACKAGE_BYTES = 256 * 1024 * 1024;

/** One version of a package, as a registry describes it. */
export interface PackageVersion {
  readonly tarball: URL;
  /** sha512 of the tarball in base64. */
  readonly sha512: string;
}

export type RegistryOptions = Omit<RegistryRequestOptions, 'accept'>;

/** Where the metadata of a package is. */
export function metadataUrl(config: NpmConfig, name: string): URL {
  return new URL(name.replace('/', '%2f'), config.registryOf(name));
}

/**
 * Asks the registry for one version of a package. Rejects with `not-found` and the versions that there are, with `protocol`
 * when the registry vouches for the version with no sha512, and as `getFromRegistry`.
 */
export async function readPackageVersion(
  name: string,
  version: string,
  options: RegistryOptions,
): Promise<PackageVersion> {
  const url = metadataUrl(options.config, name);
  // The short form that npm asks for itself, which every registry and mirror therefore has.
  const accept = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8';
  const metadata = parse(await readText(await getFromRegistry(url, { ...options, accept }), url, options), url);
  const versions = fields(fields(metadata)['versions']);
  const found = versions[version];
  if (found === undefined) {
    const newest = Object.keys(versions).slice(-3).join(', ');
    throw new BerthError('not-found', `The registry ${url.host} has ${name}, but not its version ${version}.`, {
      hint:
        newest === ''
          ? 'Tell its mirror to fetch it.'
          : `Its last versions are ${newest}. Tell its mirror to fetch ${version}.`,
    });
  }
  const { tarball, integrity } = fields(fields(found)['dist']);
  const address = typeof tarball === 'string' && URL.canParse(tarball) ? new URL(tarball) : null;
  if (address === null || !/^https?:$/.test(address.protocol)) throw wrongAnswer(url, `it names no file for ${name}`);
  const file = sameProtocol(address, url);
  if (url.protocol === 'https:' && file.protocol === 'http:') {
    throw wrongAnswer(url, `it names a file at ${file.host} that is fetched without TLS`);
  }
  const sha512 =
    typeof integrity === 'string' ? /(?:^|\s)sha512-([A-Za-z0-9+/]{86}==)(?:\s|\?|$)/.exec(integrity)?.[1] : null;
  if (!sha512) throw wrongAnswer(url, `it gives no sha512 for ${name} ${version}`);
  return { tarball: file, sha512 };
}

/**
 * Downloads a tarball into a file that does not exist yet and compares its sha512. Rejects with `protocol` when it differs or
 * ends early, with `too-large` beyond `mostBytes`, with the system's error when it cannot be written, and as `getFromRegistry`.
 */
export async function downloadPackage(
  { tarball, sha512 }: PackageVersion,
  file: string,
  options: RegistryOptions & {
    readonly mostBytes?: number;
    readonly onBytes: (done: number, total: number | null) => void;
  },
): Promise<void> {
  const { signal, config, onBytes, mostBytes = MOST_PACKAGE_BYTES } = options;
  const response = await getFromRegistry(tarball, { ...options, accept: 'application/octet-stream, */*; q=0.5' });
  const announced = Number(response.headers['content-length'] ?? Number.NaN);
  const total = Number.isSafeInteger(announced) ? announced : null;
  const tooLarge = () =>
    new BerthError(
      'too-large',
      `The package is larger than ${Math.round(mostBytes / 1024 / 1024)} MiB and was not taken.`,
      {
        hint: 'Check where it comes from: `npm config get registry`.',
      },
    );
  if (total !== null && total > mostBytes) {
    response.destroy();
    throw tooLarge();
  }
  const hash = createHash('sha512');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length;
      if (bytes > mostBytes) return next(tooLarge());
      hash.update(chunk);
      onBytes(bytes, total);
      next(null, chunk);
    },
  });
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  let broken: unknown = null;
  response.once('error', (error) => {
    broken = error;
  });
  try {
    await pipeline(response, meter, target, { signal });
  } catch (error) {
    if (signal.aborted) throw new BerthError('cancelled', 'The installation was cancelled.');
    if (error instanceof BerthError || isOfTheDisk(error)) throw error;
    if (response.complete || broken === null) throw networkFailure(tarball, error, config, signal);
    throw new BerthError(
      'protocol',
      `The download of the package from ${tarball.host} broke off after ${bytes} bytes.`,
      {
        hint: 'Check the network and try again.',
        cause: error,
      },
    );
  }
  if (total !== null && bytes !== total) {
    throw new BerthError('protocol', `The download of the package ended after ${bytes} of ${total} bytes.`, {
      hint: 'Check the network and try again.',
    });
  }
  if (hash.digest('base64') === sha512) return;
  throw new BerthError(
    'protocol',
    `What ${tarball.host} sent is not the package: its sha512 is another one. It was thrown away.`,
    {
      hint: 'Try again. If it stays so, the registry, its mirror or a proxy changes files: tell whoever runs it.',
    },
  );
}

async function readText(response: IncomingMessage, url: URL, { config, signal }: RegistryOptions): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > MOST_METADATA_BYTES) throw wrongAnswer(url, 'its answer does not end');
    }
  } catch (error) {
    throw networkFailure(url, error, config, signal);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string, url: URL): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw wrongAnswer(url, 'it does not answer in JSON');
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Some registries name files without TLS although they are reached with it; npm asks with TLS then, too. */
function sameProtocol(tarball: URL, registry: URL): URL {
  if (tarball.host !== registry.host || tarball.protocol === registry.protocol) return tarball;
  return new URL(`${registry.protocol}//${tarball.host}${tarball.pathname}${tarball.search}`);
}

const diskCodes = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOENT', 'EEXIST', 'EMFILE']);

function isOfTheDisk(error: unknown): boolean {
  return diskCodes.has((error as NodeJS.ErrnoException).code ?? '');
}

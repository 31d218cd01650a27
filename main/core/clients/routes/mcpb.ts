import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ALL } from '../../../../contract/model/all.ts';
import type { BridgeEntry } from './bridge-entry.ts';

/** Where the parts of a bundle come from, and what it has to know of this installation. */
export interface BundleParts {
  readonly version: string;
  readonly assets: string;
  /** The built bridge. */
  readonly bridge: string;
  readonly socket: string;
  /** What the bridge in the bundle needs to find and start Berth. */
  readonly env: Readonly<Record<string, string>>;
  readonly platform: NodeJS.Platform;
}

const AUTHOR = 'Berth';
const ENTRY_POINT = 'server/start.cjs';
/** The earliest that a ZIP can say: the same content gives the same bytes. */
const EPOCH = new Date(1980, 0, 1);

/** The manifest of one server's bundle (https://github.com/modelcontextprotocol/mcpb/blob/main/MANIFEST.md, version 0.3). */
export function bundleManifest(
  { slug, name }: BridgeEntry,
  { version, platform }: Pick<BundleParts, 'version' | 'platform'>,
) {
  const all = slug === ALL;
  return {
    manifest_version: '0.3',
    name,
    display_name: all ? 'Berth: all servers' : `Berth: ${slug}`,
    version,
    description: all
      ? 'All MCP servers in Berth on this computer, as one.'
      : `The MCP server "${slug}" in Berth on this computer.`,
    author: { name: AUTHOR },
    icon: 'icon.png',
    server: {
      type: 'node',
      entry_point: ENTRY_POINT,
      mcp_config: { command: 'node', args: [`\${__dirname}/${ENTRY_POINT}`], env: {} },
    },
    tools_generated: true,
    compatibility: { platforms: [platform], runtimes: { node: '>=20.0.0' } },
  };
}

/**
 * The bundle as bytes. It is for this computer and this user: its launcher starts the bridge by the path that stays the same while
 * Berth moves on, and falls back to the bridge inside, which knows Berth's socket. Nothing in it is secret.
 */
export async function buildBundle(entry: BridgeEntry, client: string, parts: BundleParts): Promise<Uint8Array> {
  const { command, args } = entry;
  const launch = {
    installed: { command, args, needs: [command, ...args.filter((arg) => /\.[cm]?js$/.test(arg))] },
    own: ['connect', entry.slug, '--client', client, '--socket', parts.socket],
    env: parts.env,
  };
  const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8');
  const files: readonly (readonly [string, Uint8Array])[] = [
    ['icon.png', await readFile(join(parts.assets, 'icons', 'app', '512x512.png'))],
    ['manifest.json', json(bundleManifest(entry, parts))],
    ['server/berth.json', json(launch)],
    ['server/bridge.mjs', await readFile(parts.bridge)],
    [ENTRY_POINT, await readFile(join(parts.assets, 'mcpb', 'start.cjs'))],
  ];
  // Loaded when it is needed: it would hold every start of Berth up.
  const { zipSync } = await import('fflate');
  return zipSync(Object.fromEntries(files.map(([name, bytes]) => [name, new Uint8Array(bytes)])), {
    level: 9,
    mtime: EPOCH,
  });
}

/** Slug and version of a manifest that Berth wrote; null for anybody else's. */
export function readBundleManifest(text: string): { slug: string; version: string } | null {
  try {
    const { name, version, author } = JSON.parse(text) as {
      name?: unknown;
      version?: unknown;
      author?: { name?: unknown };
    };
    if (author?.name !== AUTHOR || typeof name !== 'string' || typeof version !== 'string') return null;
    return name.startsWith('berth-') ? { slug: name.slice('berth-'.length), version } : null;
  } catch {
    return null;
  }
}

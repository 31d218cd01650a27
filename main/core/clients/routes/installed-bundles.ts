import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client } from '../../../../contract/model/client.ts';
import type { ClientRow } from '../registry.ts';
import { readBundleManifest } from './mcpb.ts';

/** Where the application unpacks bundles; null for one that takes none. */
export function bundlesFolder(row: ClientRow, configFile: string): string | null {
  return row.mcpb ? join(dirname(configFile), 'Claude Extensions') : null;
}

/** Bundles of ours that the user has opened in the application: it unpacks each into a folder beside its config file. Never rejects. */
export async function installedBundles(row: ClientRow, configFile: string): Promise<Client['bundles']> {
  const folder = bundlesFolder(row, configFile);
  if (folder === null) return [];
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.sort().map(async (name) => {
      const text = await readFile(join(folder, name, 'manifest.json'), 'utf8').catch(() => '');
      return readBundleManifest(text);
    }),
  );
  return found.filter((bundle) => bundle !== null);
}

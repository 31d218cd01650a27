import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A kubeconfig of Berth's own on disk. */
export interface PrivateKubeconfig {
  readonly path: string;
  /** Removes the file; harmless when it has gone. */
  dispose(): Promise<void>;
}

const ownName = /^berth-kubeconfig-[0-9a-f]{12}\.yaml$/;

/** Writes a kubeconfig under a new name, 0600, into a folder that is made 0700. */
export async function writePrivateKubeconfig(
  config: Readonly<Record<string, unknown>>,
  folder: string,
): Promise<PrivateKubeconfig> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const path = join(folder, `berth-kubeconfig-${randomBytes(6).toString('hex')}.yaml`);
  const { stringify } = await import('yaml');
  // Every text in quotes: what is plain in YAML 1.2 may be a boolean or a number in the 1.1 of Go's libraries.
  const text = stringify(config, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 });
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  return { path, dispose: () => rm(path, { force: true }) };
}

/** Removes kubeconfigs that a Berth that ended badly left in this folder or in its subfolders; answers how many. */
export async function removeStale(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let removed = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      removed += await removeStale(path);
    } else if (entry.isFile() && ownName.test(entry.name)) {
      await rm(path, { force: true });
      removed++;
    }
  }
  return removed;
}

import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BerthError, type ErrorInfo, toErrorInfo } from '../../../contract/errors.ts';
import { parseCheckedYaml } from '../settings/checked-yaml.ts';
import { type PresetDefinition, presetFileSchema, sharedFailuresSchema } from './preset-schema.ts';

/** All presets by id, in the order in which they are shown, and what is wrong with the files that were left out. */
export interface LoadedPresets {
  readonly presets: ReadonlyMap<string, PresetDefinition>;
  readonly problems: readonly ErrorInfo[];
}

/** The order in which Berth's own presets are offered; the user's follow by id. */
const ORDER = ['kubernetes-mcp-server', 'mcp-server-kubernetes', 'kubectl-mtv', 'mkp', 'command', 'url'];

/**
 * Reads the presets of Berth and of the user's folder, where a file replaces Berth's preset of the same id. A bad file is
 * left out and told with line and column; the others are loaded. A missing user's folder is an empty one.
 */
export async function loadPresets(bundledFolder: string, userFolder: string): Promise<LoadedPresets> {
  const shared = await readShared(join(bundledFolder, 'shared', 'failures.yaml'));
  const presets = new Map<string, PresetDefinition>();
  const problems: ErrorInfo[] = [];
  for (const [folder, optional] of [
    [bundledFolder, false],
    [userFolder, true],
  ] as const) {
    const seen = new Map<string, string>();
    for (const file of await yamlFiles(folder, optional, problems)) {
      try {
        const preset = await readPreset(file, shared);
        const other = seen.get(preset.id);
        if (other !== undefined) {
          throw new BerthError('invalid-config', `${file}: the preset "${preset.id}" is already in ${other}.`, {
            hint: 'Remove one of the two files or give it another id.',
            details: { file },
          });
        }
        seen.set(preset.id, basename(file));
        presets.set(preset.id, preset);
      } catch (error) {
        problems.push(toErrorInfo(error));
      }
    }
  }
  return { presets: new Map([...presets].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))), problems };
}

async function readPreset(file: string, shared: PresetDefinition['failures']): Promise<PresetDefinition> {
  const { value } = parseCheckedYaml(await readFile(file, 'utf8'), presetFileSchema, { file });
  return { ...value, failures: value.program ? [...value.failures, ...shared] : value.failures };
}

async function readShared(file: string): Promise<PresetDefinition['failures']> {
  return parseCheckedYaml(await readFile(file, 'utf8'), sharedFailuresSchema, { file }).value.failures;
}

async function yamlFiles(folder: string, optional: boolean, problems: ErrorInfo[]): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && /^[^.].*\.ya?ml$/.test(entry.name))
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (!optional) throw error;
    if (code !== 'ENOENT') {
      problems.push(
        new BerthError('invalid-config', `The presets in ${folder} cannot be read: ${code ?? 'unknown reason'}.`, {
          hint: 'Check that it is a folder that you may read.',
          details: { file: folder },
        }).toInfo(),
      );
    }
    return [];
  }
}

function rank(id: string): number {
  const index = ORDER.indexOf(id);
  return index === -1 ? ORDER.length : index;
}

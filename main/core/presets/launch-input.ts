import type { GuardLevel } from '../../../contract/model/guard.ts';
import type { ServerSettings } from '../../../contract/model/settings.ts';
import type { PresetDefinition } from './preset-schema.ts';

/** A program on this machine, and how to run it. */
export interface DetectedProgram {
  /** The file that was found: what is shown. */
  readonly path: string;
  readonly version: string | null;
  /** Absolute path of what is run: `path` itself, or Node for a script. */
  readonly command: string;
  /** Come before all other arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Why it cannot be used; absent when it can. */
  readonly problem?: string;
}

/** Everything that a launch depends on. The same input gives the same plan. */
export interface LaunchInput {
  readonly preset: PresetDefinition;
  readonly server: ServerSettings;
  readonly slug: string;
  /** The effective guard (D15). */
  readonly guard: GuardLevel;
  /** Null when it was not found, and for presets without a program. */
  readonly detected: DetectedProgram | null;
  /** The server's own single-context kubeconfig; null when it is bound to no context. */
  readonly kubeconfig: string | null;
  /** A free port on 127.0.0.1; may be null for stdio. */
  readonly port: number | null;
  /** Private folder of this start: files are planned into it, and it is the working folder. */
  readonly folder: string;
  /** The allow-listed environment (D13). */
  readonly env: Readonly<Record<string, string>>;
  /** Values of the secrets that the options refer to, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Random per start: servers that can ask for it answer only to Berth. Without it they answer to anybody on this machine. */
  readonly childToken?: string;
}

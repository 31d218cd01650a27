import type { ApplicationFiles } from './application-files.ts';
import type { MeasureTimings } from './measure/timings.ts';
import type { BerthPaths } from './paths.ts';
import type { Shell } from './shell.ts';

/** What a core is made for: one user's folders, in one shell. */
export interface CoreOptions {
  readonly paths: BerthPaths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly shell: Shell;
  readonly files: ApplicationFiles;
  /** Port of the endpoints for this run, instead of the settings'. */
  readonly port?: number;
  /** Start the demo clusters for this run (D27). */
  readonly demo?: boolean;
  /** How often the servers' processes are looked at; the defaults where absent. */
  readonly measuring?: Partial<MeasureTimings> | undefined;
}

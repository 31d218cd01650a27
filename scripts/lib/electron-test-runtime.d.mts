/** The program, its folder, and where it came from. */
export interface FoundElectron {
  readonly path: string;
  readonly folder: string;
  readonly from: string;
}
export function provideTestElectron(options: {
  readonly root: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly say?: (line: string) => void;
}): Promise<FoundElectron>;

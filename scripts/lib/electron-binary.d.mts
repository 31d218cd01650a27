import type { FoundElectron } from './electron-test-runtime.mjs';

export function findElectron(options: {
  readonly root: string;
  readonly env?: NodeJS.ProcessEnv;
}): FoundElectron | null;
export function downloadElectron(options: {
  readonly root: string;
  readonly seconds: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: (passed: number) => void;
  readonly signal?: AbortSignal;
}): Promise<string | null>;

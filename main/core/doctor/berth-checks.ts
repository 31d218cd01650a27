import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { delimiter } from 'node:path';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { KeychainStatus } from '../../../contract/model/status.ts';
import type { BerthPaths } from '../paths.ts';
import type { LoginEnvironmentResult } from '../shell-env/login-environment.ts';
import type { Check } from './check.ts';

/** What the checks of Berth itself look at. */
export interface BerthFacts {
  readonly paths: BerthPaths;
  readonly endpoint: () => { url: string | null; error: ErrorInfo | null };
  readonly settingsProblem: () => ErrorInfo | null;
  readonly keychain: () => KeychainStatus;
  readonly loginShell: () => Promise<LoginEnvironmentResult>;
}

/** Berth's own ground: its files, its port, its keychain, its PATH. */
export function berthChecks(facts: BerthFacts): Check[] {
  return [
    {
      id: 'settings',
      title: 'Settings file',
      run: () => {
        const problem = facts.settingsProblem();
        if (!problem) return { outcome: 'pass', evidence: `${facts.paths.settingsFile} is valid` };
        return { outcome: 'fail', evidence: problem.message, ...(problem.hint ? { remedy: problem.hint } : {}) };
      },
    },
    {
      id: 'folders',
      title: 'Own folders',
      run: async () => {
        for (const folder of [facts.paths.config, facts.paths.state, facts.paths.logs, facts.paths.runtime]) {
          await mkdir(folder, { recursive: true, mode: 0o700 });
          await access(folder, constants.R_OK | constants.W_OK);
        }
        return { outcome: 'pass', evidence: `${facts.paths.state} and the others can be written` };
      },
    },
    {
      id: 'endpoint',
      title: 'Endpoint',
      run: () => {
        const { url, error } = facts.endpoint();
        if (url) return { outcome: 'pass', evidence: `${url} listens on loopback only` };
        return {
          outcome: 'fail',
          evidence: error?.message ?? 'the endpoint is not listening',
          ...(error?.hint ? { remedy: error.hint } : {}),
        };
      },
    },
    {
      id: 'keychain',
      title: 'Keychain',
      run: () => {
        const status = facts.keychain();
        if (status.state === 'available') return { outcome: 'pass', evidence: 'the OS keychain stores and reads' };
        return {
          outcome: 'warn',
          evidence: status.reason ?? 'the OS keychain is not available',
          remedy:
            'Secrets live in memory until Berth ends. Install and unlock a secret service (gnome-keyring, KWallet) to keep them.',
        };
      },
    },
    {
      id: 'login-shell',
      title: 'Login shell',
      run: async () => {
        const { shell, warning, env } = await facts.loginShell();
        if (warning)
          return { outcome: 'warn', evidence: warning.message, ...(warning.hint ? { remedy: warning.hint } : {}) };
        const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '').length;
        return { outcome: 'pass', evidence: `${shell ?? 'the system'} gives a PATH of ${folders} folders` };
      },
    },
  ];
}

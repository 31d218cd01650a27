import { win32 } from 'node:path';

/**
 * How a whole process tree is ended on Windows, which has neither process groups nor a polite signal (D12). The absolute path
 * keeps a `taskkill` planted in the working folder or on PATH from running.
 */
export function taskkillCommand(pid: number, systemRoot: string | undefined): { command: string; args: string[] } {
  return {
    command: win32.join(systemRoot || 'C:\\Windows', 'System32', 'taskkill.exe'),
    args: ['/PID', String(pid), '/T', '/F'],
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const module = pathToFileURL(join(import.meta.dirname, '..', '..', '..', 'scripts', 'lib', 'foreground.mjs')).href;

/** A node that runs `program` with `runInForeground` and ends with what it answers. */
function wrapper(program: string) {
  const script = `
    const { runInForeground } = await import(${JSON.stringify(module)});
    const { code } = await runInForeground(process.execPath, ['-e', ${JSON.stringify(program)}], { cwd: process.cwd() });
    process.exitCode = code;`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function exit(child: ReturnType<typeof wrapper>): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

describe.skipIf(process.platform === 'win32')('runInForeground', () => {
  it('keeps exit codes', async () => {
    expect(await exit(wrapper('process.exit(7)'))).toBe(7);
    expect(await exit(wrapper('process.kill(process.pid, "SIGKILL")'))).toBe(137);
  });

  it('passes on one Ctrl-C, however often it comes at once, and waits for the end', async () => {
    const child = wrapper(`
      let count = 0;
      process.on('SIGINT', () => {
        count += 1;
        setTimeout(() => process.exit(count === 1 ? 42 : 1), 300);
      });
      setInterval(() => {}, 1000);
      console.log('up');`);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGINT'), 100);
    expect(await exit(child)).toBe(42);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultBounds, fitBounds, readBounds, writeBounds } from '../../../main/electron/window-bounds.ts';

const screen = { x: 0, y: 24, width: 1920, height: 1056 };
const right = { x: 1920, y: 0, width: 1280, height: 1024 };

describe('fitBounds', () => {
  it.each([
    ['nothing remembered', null, [screen], defaultBounds],
    [
      'where it was',
      { x: 100, y: 100, width: 900, height: 700 },
      [screen],
      { x: 100, y: 100, width: 900, height: 700 },
    ],
    [
      'on a second screen',
      { x: 2000, y: 10, width: 900, height: 700 },
      [screen, right],
      { x: 2000, y: 10, width: 900, height: 700 },
    ],
    ['on a screen that is gone', { x: 2000, y: 10, width: 900, height: 700 }, [screen], { width: 900, height: 700 }],
    [
      'with its title bar above the screen',
      { x: 10, y: -50, width: 900, height: 700 },
      [screen],
      { width: 900, height: 700 },
    ],
    ['smaller than its content allows', { width: 10, height: 10 }, [screen], { width: 720, height: 480 }],
  ])('%s', (_name, remembered, screens, bounds) => {
    expect(fitBounds(remembered, screens)).toEqual(bounds);
  });
});

describe('readBounds', () => {
  it('reads what was written, and nothing from a file that is not ours or not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'berth-bounds-'));
    const file = join(folder, 'state', 'window.json');
    expect(readBounds(file)).toBeNull();
    await writeBounds(file, { x: 1, y: 2, width: 800, height: 600 });
    expect(readBounds(file)).toEqual({ x: 1, y: 2, width: 800, height: 600 });
    writeFileSync(file, '{"width":"wide"}');
    expect(readBounds(file)).toBeNull();
    rmSync(folder, { recursive: true });
  });
});

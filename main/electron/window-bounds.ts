import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const sizeSchema = z.object({ width: z.number().int(), height: z.number().int() });
const boundsSchema = z.union([sizeSchema.extend({ x: z.number().int(), y: z.number().int() }), sizeSchema]);

/** Place and size of the window, in the screen's own pixels; without a place the system chooses one. */
export type WindowBounds = z.infer<typeof boundsSchema>;

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const defaultBounds: WindowBounds = { width: 1280, height: 820 };
export const smallestWindow = { width: 720, height: 480 } as const;
/** So much of the window must lie on a screen for its place to be kept: a screen may have been unplugged. */
const VISIBLE = 100;

/** The bounds to open with: the remembered ones as far as they fit the screens that are there now. */
export function fitBounds(remembered: WindowBounds | null, screens: readonly Rectangle[]): WindowBounds {
  if (remembered === null) return defaultBounds;
  const size = {
    width: Math.max(remembered.width, smallestWindow.width),
    height: Math.max(remembered.height, smallestWindow.height),
  };
  if (!('x' in remembered)) return size;
  const { x, y } = remembered;
  const visible = screens.some(
    (screen) =>
      Math.min(x + size.width, screen.x + screen.width) - Math.max(x, screen.x) >= VISIBLE &&
      Math.min(y + size.height, screen.y + screen.height) - Math.max(y, screen.y) >= VISIBLE &&
      y >= screen.y,
  );
  return visible ? { x, y, ...size } : size;
}

/** What was remembered in this file; null when nothing of use is there. */
export function readBounds(file: string): WindowBounds | null {
  try {
    return boundsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Remembers the bounds. Losing them is no reason to bother anybody. */
export async function writeBounds(file: string, bounds: WindowBounds): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(bounds));
  } catch {
    // The next window opens where the system puts it.
  }
}

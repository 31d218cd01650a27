import type { TrayMark } from './tray-menu.ts';

/** The colours of the window (renderer/theme/tokens.css) that can be seen on light menus and on dark ones: menus do not tell which they are. */
const colours: Readonly<Record<TrayMark, number>> = {
  production: 0xd0458f,
  blue: 0x4a86e0,
  cyan: 0x1c9bb4,
  green: 0x439a47,
  olive: 0x93981f,
  brown: 0xb07840,
  violet: 0x8f65d8,
  slate: 0x78828f,
};

/** A square of that colour in the middle of a clear ground, as 32-bit pixels in the order blue, green, red, alpha. */
export function markPixels(mark: TrayMark, size: number): Buffer {
  const colour = colours[mark];
  const pixels = Buffer.alloc(size * size * 4);
  const from = Math.round(size / 4);
  for (let y = from; y < size - from; y++) {
    for (let x = from; x < size - from; x++) {
      // The colour stands as red, green, blue; alpha is last.
      pixels.writeUInt32LE(((0xff << 24) | colour) >>> 0, (y * size + x) * 4);
    }
  }
  return pixels;
}

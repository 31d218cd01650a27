#!/usr/bin/env node
/**
 * Draws every icon of Berth into assets/icons: `node scripts/make-icons.mjs`. The results are committed; run it again after
 * changing a shape. In the tray the shape of what lies in the berth tells the state: a disc is well, a triangle needs a look,
 * a cross has failed, nothing is off.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { icns, ico, png } from './lib/image-files.mjs';
import { basin, rasterize, stroke, toSvg } from './lib/raster.mjs';

const folder = join(import.meta.dirname, '..', 'assets', 'icons');
const GRID = 512;
const TRAY_GRID = 16;

const app = [
  { kind: 'box', x: 32, y: 32, width: 448, height: 448, radius: 104, fill: '#1d63a8' },
  basin({ left: 146, right: 366, top: 182, bottom: 360, radius: 104, width: 48, fill: '#ffffff' }),
  { kind: 'disc', x: 256, y: 196, radius: 56, fill: '#a9d4ff' },
];

const inks = {
  light: { line: '#1d1d1b', ok: '#23784a', warn: '#9a6200', bad: '#b93a2b', off: '#1d1d1b' },
  dark: { line: '#f2f1ee', ok: '#5fc48a', warn: '#e0aa4e', bad: '#ef7f70', off: '#f2f1ee' },
  Template: { line: '#000000', ok: '#000000', warn: '#000000', bad: '#000000', off: '#000000' },
};

const cargo = {
  ok: (fill) => [{ kind: 'disc', x: 8, y: 6.5, radius: 3, fill }],
  warn: (fill) => [
    {
      kind: 'area',
      points: [
        [8, 3.2],
        [10.9, 8.6],
        [5.1, 8.6],
      ],
      radius: 0.7,
      fill,
    },
  ],
  bad: (fill) => [stroke([5.6, 3.1], [10.4, 7.9], 1.9, fill), stroke([10.4, 3.1], [5.6, 7.9], 1.9, fill)],
  off: () => [],
};

function tray(state, ink) {
  const colours = inks[ink];
  const berth = basin({
    left: 2,
    right: 14,
    top: 6,
    bottom: 14,
    radius: 5.5,
    width: 2,
    fill: colours.line,
    ...(state === 'off' ? { opacity: 0.6 } : {}),
  });
  return [berth, ...cargo[state](colours[state])];
}

function write(name, content) {
  writeFileSync(join(folder, name), content);
}

mkdirSync(join(folder, 'app'), { recursive: true });
mkdirSync(join(folder, 'tray'), { recursive: true });

const images = new Map(
  [16, 24, 32, 48, 64, 128, 256, 512, 1024].map((size) => [size, png(rasterize(app, GRID, size), size)]),
);
write('berth.svg', toSvg(app, GRID));
for (const [size, data] of images) write(join('app', `${size}x${size}.png`), data);
write('berth.ico', ico([...images].filter(([size]) => size <= 256)));
write('berth.icns', icns(images));

for (const state of Object.keys(cargo)) {
  for (const ink of Object.keys(inks)) {
    const shapes = tray(state, ink);
    const name = ink === 'Template' ? `${state}Template` : `${state}-${ink}`;
    write(join('tray', `${name}.svg`), toSvg(shapes, TRAY_GRID));
    const scales = ink === 'Template' ? { '': 16, '@2x': 32 } : { '': 16, '@1.25x': 20, '@1.5x': 24, '@2x': 32 };
    for (const [suffix, size] of Object.entries(scales)) {
      write(join('tray', `${name}${suffix}.png`), png(rasterize(shapes, TRAY_GRID, size), size));
    }
  }
}

/**
 * Draws flat shapes with smooth edges, without any dependency: each shape knows its distance to a point, and a pixel is covered
 * by as much as that distance says. Shapes: `box` (rounded), `line` (a path with round ends), `area` (polygon, rounded), `disc`.
 * @typedef {{ kind: 'box', x: number, y: number, width: number, height: number, radius: number, fill: string, opacity?: number }
 *   | { kind: 'line', points: [number, number][], width: number, fill: string, opacity?: number, svg: string }
 *   | { kind: 'area', points: [number, number][], radius: number, fill: string, opacity?: number }
 *   | { kind: 'disc', x: number, y: number, radius: number, fill: string, opacity?: number }} Shape
 */

/**
 * RGBA pixels of a drawing.
 * @param {readonly Shape[]} shapes back to front
 * @param {number} grid width and height of the drawing in its own units
 * @param {number} size width and height in pixels
 */
export function rasterize(shapes, grid, size) {
  const pixels = Buffer.alloc(size * size * 4);
  const scale = size / grid;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const x = (column + 0.5) / scale;
      const y = (row + 0.5) / scale;
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      for (const shape of shapes) {
        const cover = clamp(0.5 - distance(shape, x, y) * scale) * (shape.opacity ?? 1);
        if (cover === 0) continue;
        const [r, g, b] = rgb(shape.fill);
        const rest = alpha * (1 - cover);
        const total = cover + rest;
        red = (r * cover + red * rest) / total;
        green = (g * cover + green * rest) / total;
        blue = (b * cover + blue * rest) / total;
        alpha = total;
      }
      pixels.set([red, green, blue, alpha * 255].map(Math.round), (row * size + column) * 4);
    }
  }
  return pixels;
}

/** A path of a `U`: down, round the bottom, up; `radius` at both corners. */
export function basin({ left, right, top, bottom, radius, width, fill, opacity }) {
  const points = [[left, top]];
  const corner = (x, y, from) => {
    for (let step = 0; step <= 32; step++) {
      const angle = from - (step / 32) * (Math.PI / 2);
      points.push([x + radius * Math.cos(angle), y + radius * Math.sin(angle)]);
    }
  };
  corner(left + radius, bottom - radius, Math.PI);
  corner(right - radius, bottom - radius, Math.PI / 2);
  points.push([right, top]);
  const svg = `M${left} ${top}V${bottom - radius}A${radius} ${radius} 0 0 0 ${left + radius} ${bottom}H${right - radius}A${radius} ${radius} 0 0 0 ${right} ${bottom - radius}V${top}`;
  return { kind: 'line', points, width, fill, svg, ...(opacity === undefined ? {} : { opacity }) };
}

/** A straight line with round ends. */
export function stroke(from, to, width, fill) {
  return { kind: 'line', points: [from, to], width, fill, svg: `M${from.join(' ')}L${to.join(' ')}` };
}

/** The same drawing as SVG. */
export function toSvg(shapes, grid) {
  const body = shapes.map((shape) => {
    const opacity = shape.opacity === undefined ? '' : ` opacity="${shape.opacity}"`;
    switch (shape.kind) {
      case 'box':
        return `<rect x="${shape.x}" y="${shape.y}" width="${shape.width}" height="${shape.height}" rx="${shape.radius}" fill="${shape.fill}"${opacity}/>`;
      case 'disc':
        return `<circle cx="${shape.x}" cy="${shape.y}" r="${shape.radius}" fill="${shape.fill}"${opacity}/>`;
      case 'line':
        return `<path d="${shape.svg}" fill="none" stroke="${shape.fill}" stroke-width="${shape.width}" stroke-linecap="round"${opacity}/>`;
      default:
        return `<path d="M${shape.points.map((point) => point.join(' ')).join('L')}Z" fill="${shape.fill}" stroke="${shape.fill}" stroke-width="${shape.radius * 2}" stroke-linejoin="round"${opacity}/>`;
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${grid} ${grid}">\n  ${body.join('\n  ')}\n</svg>\n`;
}

function distance(shape, x, y) {
  switch (shape.kind) {
    case 'disc':
      return Math.hypot(x - shape.x, y - shape.y) - shape.radius;
    case 'box': {
      const dx = Math.abs(x - shape.x - shape.width / 2) - shape.width / 2 + shape.radius;
      const dy = Math.abs(y - shape.y - shape.height / 2) - shape.height / 2 + shape.radius;
      return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - shape.radius;
    }
    case 'line':
      return toPath(shape.points, x, y) - shape.width / 2;
    default: {
      const edge = toPath([...shape.points, shape.points[0]], x, y);
      return (inside(shape.points, x, y) ? -edge : edge) - shape.radius;
    }
  }
}

function toPath(points, x, y) {
  let nearest = Number.POSITIVE_INFINITY;
  for (let index = 1; index < points.length; index++) {
    const [ax, ay] = points[index - 1];
    const [bx, by] = points[index];
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const along = length === 0 ? 0 : clamp(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length);
    nearest = Math.min(nearest, Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)));
  }
  return nearest;
}

function inside(points, x, y) {
  let odd = false;
  for (let index = 0, last = points.length - 1; index < points.length; last = index++) {
    const [ax, ay] = points[index];
    const [bx, by] = points[last];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

const clamp = (value) => Math.min(1, Math.max(0, value));
const rgb = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

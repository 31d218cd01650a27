import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const begin = '<!-- from assets/clients: node scripts/clients-table.mjs -->';
const end = '<!-- end -->';

/** Variables of Windows itself; they move nothing that a user would want to move. */
const ofWindows = new Set(['APPDATA', 'LOCALAPPDATA', 'ProgramFiles']);

/** docs/clients.md with the tables that assets/clients says. */
export function withClientTables(markdown, root) {
  const [before, rest] = markdown.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/clients.md has no "${begin}" … "${end}"`);
  const rows = readRows(root);
  return `${before}${begin}\n\n${placesTable(rows)}\n\n${effectTable(rows)}\n\n${end}${after}`;
}

function readRows(root) {
  const folder = join(root, 'assets', 'clients');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => parse(readFileSync(join(folder, name), 'utf8')))
    .sort((a, b) => a.title.localeCompare(b.title));
}

function placesTable(rows) {
  return table(
    ['client', 'id', 'Linux', 'macOS', 'Windows', 'moved by', 'also there', 'ways', 'routes', 'checked'],
    rows.map((row) => {
      const linux = fileOf(row.paths.linux);
      const others = ['darwin', 'win32'].map((platform) => {
        const file = fileOf(row.paths[platform]);
        return file === linux ? 'same' : code(file);
      });
      return [
        row.title,
        code(row.id),
        code(linux),
        ...others,
        variablesOf(row).map(code).join(', '),
        labelsOf(row).join(', '),
        waysOf(row).join(', '),
        routesOf(row).join(', '),
        row.verifiedAt ?? 'no',
      ];
    }),
  );
}

function effectTable(rows) {
  return table(
    ['client', 'so that a change takes effect', 'not verified'],
    rows.map((row) => [row.title, row.reload, (row.doubts ?? []).join(' ')]),
  );
}

/** The usual place: the last override has the variables that move it, the first other place is where it is without them. */
function fileOf(places) {
  const usual = places.map(asPlace).find(({ override, path }) => !override && !path.includes('*'));
  return usual.path.replace(/\$\{(\w+):-([^}]*)\}/g, (_all, name, value) =>
    ofWindows.has(name) ? `%${name}%` : value,
  );
}

function variablesOf(row) {
  const paths = allPlaces(row).map(({ path }) => path);
  const names = paths.flatMap((path) => [...path.matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
  return [...new Set(names)].filter((name) => !ofWindows.has(name));
}

function labelsOf(row) {
  const labels = allPlaces(row)
    .filter(({ label }) => label)
    .map(({ label, via }) => (via ? `${label} (${via} only)` : label));
  return [...new Set(labels)];
}

function waysOf({ entries, via }) {
  const known = [...(entries.url ? ['url'] : []), ...(entries.stdio ? ['bridge'] : [])];
  return known.sort((one, other) => Number(other === via) - Number(one === via));
}

function routesOf({ cli, deeplink, mcpb }) {
  return [
    'file',
    ...(cli ? [code(cli.program)] : []),
    ...(typeof deeplink === 'string' ? ['link'] : []),
    ...(mcpb ? ['bundle'] : []),
  ];
}

function allPlaces({ paths }) {
  return Object.values(paths).flat().map(asPlace);
}

function asPlace(place) {
  return typeof place === 'string' ? { path: place } : place;
}

function code(text) {
  return `\`${text}\``;
}

function table(head, lines) {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

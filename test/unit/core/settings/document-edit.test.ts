import { expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { applyEdits, difference } from '../../../../main/core/settings/document-edit.ts';
import { migrateSettings } from '../../../../main/core/settings/settings-migrations.ts';

function edit(text: string, change: (value: Record<string, unknown>) => void): string {
  const document = parseDocument(text);
  const before = (document.toJS() ?? {}) as Record<string, unknown>;
  const after = structuredClone(before);
  change(after);
  applyEdits(document, difference(before, after));
  return document.toString({ lineWidth: 0 });
}

test('comments, order and blank lines stay around a change', () => {
  const text = `# my settings
theme: dark # at night

servers:
  # the old one
  web:
    preset: mkp # by Stacklok
    guard: full
  db:
    preset: command
port: 4000
`;
  const edited = edit(text, (value) => {
    (value['servers'] as Record<string, Record<string, unknown>>)['web'] = { preset: 'mkp', guard: 'read-only' };
    value['demo'] = true;
  });
  expect(edited).toBe(`${text.replace('guard: full', 'guard: read-only')}demo: true\n`);
});

test('a list keeps the comments at its items when items are added and removed', () => {
  const text = 'kubeconfigs:\n  - /a\n  # work\n  - /b # the lab\n  - /c\n';
  expect(edit(text, (value) => (value['kubeconfigs'] = ['/b', '/c', '/d']))).toBe(
    'kubeconfigs:\n  # work\n  - /b # the lab\n  - /c\n  - /d\n',
  );
});

test('a list that is ordered anew is written anew', () => {
  expect(edit('kubeconfigs: [/a, /b]\n', (value) => (value['kubeconfigs'] = ['/b', '/a']))).toBe(
    'kubeconfigs:\n  - /b\n  - /a\n',
  );
});

test('removing a server takes its lines and nothing else', () => {
  const text = 'servers:\n  web:\n    preset: mkp\n  # keep\n  db:\n    preset: url\n';
  const edited = edit(text, (value) => delete (value['servers'] as Record<string, unknown>)['web']);
  expect(edited).toBe('servers:\n  # keep\n  db:\n    preset: url\n');
});

test('something can be added to a file of comments, to an empty map and to nothing', () => {
  const add = (value: Record<string, unknown>) => {
    value['servers'] = { ...(value['servers'] as object), web: { preset: 'mkp' } };
  };
  const block = 'servers:\n  web:\n    preset: mkp\n';
  expect(edit('', add)).toBe(block);
  expect(edit('servers: {}\n', add)).toBe(block);
  expect(edit('servers:\n', add)).toBe(block);
  const commented = edit('# Berth\n', add);
  expect(commented).toContain('# Berth\n');
  expect(commented).toContain(block);
});

test('names with dots and slashes are one step of a path', () => {
  expect(edit('contexts: {}\n', (value) => (value['contexts'] = { 'a.b/c@d': { label: 'x' } }))).toBe(
    'contexts:\n  a.b/c@d:\n    label: x\n',
  );
});

test('a migration changes the document in place, so that comments stay', () => {
  const document = parseDocument('version: 1 # old\ncolour: dark # at night\n');
  const fail = (_path: readonly PropertyKey[], reason: string): never => {
    throw new Error(reason);
  };
  const rename = {
    1: (old: Document) => {
      old.setIn(['theme'], old.getIn(['colour']));
      old.deleteIn(['colour']);
    },
  };
  migrateSettings(document, fail, rename, 2);
  expect(document.toString()).toBe('version: 2 # old\ntheme: dark\n');
  const newer = parseDocument('version: 3\n');
  expect(() => migrateSettings(newer, fail, rename, 2)).toThrow(/newer Berth/);
});

import { expect, test } from 'vitest';
import { parseDiff } from '../../../../renderer/model/unified-diff.ts';

const diff = `--- /home/me/.cursor/mcp.json
+++ /home/me/.cursor/mcp.json
@@ -1,4 +1,5 @@
 {
-  "mcpServers": {}
+  "mcpServers": {
+    "--- berth": 1
 }
\\ No newline at end of file
`;

test('every line with its kind and numbers, without file headers and notes', () => {
  expect(parseDiff(diff).map(({ kind, text, before, after }) => [kind, text, before, after])).toEqual([
    ['hunk', '@@ -1,4 +1,5 @@', null, null],
    ['same', '{', 1, 1],
    ['removed', '  "mcpServers": {}', 2, null],
    ['added', '  "mcpServers": {', null, 2],
    ['added', '    "--- berth": 1', null, 3],
    ['same', '}', 3, 4],
  ]);
});

test('a removed line that looks like a header is a removed line', () => {
  expect(parseDiff('@@ -1 +0,0 @@\n--- x\n')[1]).toEqual({ kind: 'removed', text: '-- x', before: 1, after: null });
});

test('no difference has no lines', () => {
  expect(parseDiff('')).toEqual([]);
});

import { expect, test } from 'vitest';
import { checkTree } from './planted-tree.ts';

const clean = {
  'contract/calls.ts': `import { z } from 'zod';\nexport * from './errors.ts';`,
  'contract/errors.ts': 'export const codes = [];',
  'main/core/core.ts': `import './supervisor/supervisor.ts';\nimport './gateway/gateway.ts';\nimport 'node:fs';\nimport 'ws';\nimport '../../contract/calls.ts';`,
  'main/core/paths.ts': `import { join } from 'node:path';`,
  'main/core/rpc/parse-frame.ts': 'export const parseFrame = JSON.parse;',
  'main/core/rpc/socket-connection.ts': `import 'node:net';\nimport type { Frame } from '../../../contract/frames.ts';\nimport './parse-frame.ts';`,
  'main/core/supervisor/supervisor.ts': `import '../presets/launch-plan.ts';`,
  'main/core/gateway/gateway.ts': `import '../backend/backend.ts';`,
  'main/core/presets/plan-launch.ts': `import type { Context } from '../kube/context.ts';`,
  'main/electron/main.ts': `import { app } from 'electron';\nimport '../core/core.ts';`,
  'main/headless/headless.ts': `import '../core/core.ts';\nimport 'node:http';`,
  'main/cli/cli.ts': `import type { Core } from '../core/core.ts';\nimport '../../contract/calls.ts';\nimport '../bridge/bridge.ts';\nimport '../core/rpc/socket-connection.ts';\nconst load = () => import('../headless/headless.ts');`,
  'main/bridge/bridge.ts': `import 'node:net';\nimport { berthPaths } from '../core/paths.ts';`,
  'preload/preload.ts': `import { contextBridge } from 'electron';\nimport type { Frame } from '../contract/frames.ts';`,
  'renderer/app.tsx': `import 'react';\nimport './app.css';\nimport '../contract/calls.ts';\nexport const App = () => <p />;`,
};

test('a tree that follows the architecture passes', async () => {
  const { code, lines } = await checkTree('imports', clean);
  expect(lines.filter((line) => /:\d+ imports /.test(line))).toEqual([]);
  expect(code).toBe(0);
});

/** Each: a planted line, its file, and what the check must say about it. */
const plants: [file: string, line: string, complaint: string][] = [
  ['contract/node.ts', `import 'node:fs';`, 'imports node:fs: contract runs without Node'],
  ['contract/library.ts', `import 'yaml';`, 'imports yaml: contract may import only zod'],
  ['contract/core.ts', `import '../main/core/core.ts';`, 'contract may import contract'],
  ['main/core/shell.ts', `import { app } from 'electron';`, 'only main/electron and preload may import electron'],
  ['main/core/lazy.ts', `await import('electron/main');`, 'only main/electron and preload may import electron'],
  ['main/core/required.ts', `require('electron');`, 'only main/electron and preload may import electron'],
  ['main/core/types.ts', `export type { App } from 'electron';`, 'only main/electron and preload may import electron'],
  ['main/core/inline.ts', `let app: import('electron').App;`, 'only main/electron and preload may import electron'],
  ['main/core/computed.ts', `await import(process.argv[2]);`, 'imports a computed name: write the name out'],
  ['main/core/upwards.ts', `export * from '../headless/headless.ts';`, 'main/core may import main/core, contract'],
  ['main/core/paths.ts', `import '../../contract/errors.ts';`, 'this file may import nothing but node built-ins'],
  [
    'main/core/rpc/socket-connection.ts',
    `import './dispatcher.ts';`,
    'this file may import nothing but node built-ins',
  ],
  ['main/core/rpc/parse-frame.ts', `import 'zod';`, 'this file may import nothing but node built-ins'],
  ['main/core/supervisor/peek.ts', `import '../gateway/gateway.ts';`, 'the supervisor does not know the gateway'],
  [
    'main/core/gateway/peek.ts',
    `import type {} from '../supervisor/supervisor.ts';`,
    'the gateway does not know the sup',
  ],
  ['main/core/gateway/kube.ts', `import '../kube/context.ts';`, 'the gateway does not know kubeconfig'],
  ['main/core/presets/plan-launch.ts', `import '../kube/context.ts';`, 'it knows the types of kube only'],
  ['main/headless/shell.ts', `import 'electron';`, 'main/headless may import only ws, zod'],
  ['main/headless/window.ts', `import '../electron/main.ts';`, 'main/headless may import main/headless, main/core'],
  ['main/cli/eager.ts', `import { createCore } from '../core/core.ts';`, 'main/cli may import main/cli, main/bridge'],
  ['main/cli/eager-rpc.ts', `import '../core/rpc/dispatcher.ts';`, 'main/cli may import main/cli, main/bridge'],
  [
    'main/cli/commands/eager-offline.ts',
    `import '../offline/contexts.ts';`,
    'what works without Berth is loaded by import()',
  ],
  [
    'main/cli/eager-headless.ts',
    `import '../headless/headless.ts';`,
    'main/core, main/headless, main/cli/offline by import()',
  ],
  ['main/bridge/library.ts', `import 'ws';`, 'main/bridge may import no package'],
  [
    'main/bridge/contract.ts',
    `import '../../contract/errors.ts';`,
    'main/bridge may import main/bridge, main/core/paths.ts',
  ],
  ['preload/values.ts', `import '../contract/calls.ts';`, 'preload may import preload, types of contract'],
  ['preload/files.ts', `import 'node:fs';`, 'preload runs without Node'],
  ['renderer/core.ts', `import '../main/core/core.ts';`, 'renderer may import renderer, contract'],
  ['renderer/core-type.ts', `import type {} from '../main/core/core.ts';`, 'renderer may import renderer, contract'],
  ['renderer/files.ts', `import 'fs/promises';`, 'renderer runs without Node'],
  ['renderer/shell.tsx', `import 'electron';`, 'only main/electron and preload may import electron'],
  ['main/tools/new.ts', `import 'node:fs';`, 'no layer of import-rules.mjs holds this file'],
];

test('every rule fires on a planted violation', async () => {
  const planted = Object.fromEntries(plants.map(([file, line]) => [file, `\n${line}\n`]));
  const { code, lines } = await checkTree('imports', { ...clean, ...planted });
  const complaints = lines.filter((line) => /:\d+ imports /.test(line));
  const missed = plants.filter(
    ([file, , complaint]) => !complaints.some((line) => line.startsWith(`${file}:2 `) && line.includes(complaint)),
  );
  expect(missed).toEqual([]);
  expect(complaints).toHaveLength(plants.length);
  expect(code).toBe(1);
  expect(lines).toContain('0 passed, 1 failed, 0 skipped');
});

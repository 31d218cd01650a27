import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type EnvironmentOptions } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const nodeBuiltins = [...builtinModules, ...builtinModules.map((name) => `node:${name}`)];

/** Packages that stay outside the bundles: `keytar` is a native module, `electron` is the runtime itself. */
const external = ['electron', 'keytar', ...nodeBuiltins];

/** Modules that are wanted together, with all that they import: one file each instead of one for every module that others use too. */
type Chunks = Readonly<Record<string, RegExp>>;

/** Of the `berth` command, whose time is mostly that of loading it: what every command needs, what asks a core, what reads kubeconfigs. */
const commandChunks: Chunks = {
  command: modules(
    'main/cli/run-cli',
    'main/cli/command-kit',
    'main/cli/session',
    'main/cli/table',
    'main/cli/time-text',
    'main/cli/views/context-notes',
    'main/core/application-files',
    'contract/model/guard-levels',
    'contract/model/context-colours',
  ),
  connection: modules('main/cli/control-connection'),
  kubeconfigs: modules('main/cli/offline/contexts'),
};

function modules(...names: string[]): RegExp {
  return new RegExp(`/(?:${names.join('|')})\\.ts$`.replaceAll('/', '[\\\\/]'));
}

/** One Node program from one or more entry files. Everything but `external` is bundled, so that a start reads few files. */
function nodeProgram(
  outDir: string,
  input: Record<string, string>,
  { format = 'es', chunks = {} }: { format?: 'es' | 'cjs'; chunks?: Chunks } = {},
): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true, external, conditions: ['node', 'import', 'module', 'default'] },
    build: {
      outDir: at(outDir),
      emptyOutDir: true,
      copyPublicDir: false,
      target: 'node20',
      minify: false,
      sourcemap: true,
      ssr: true,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(input).map(([name, path]) => [name, at(path)])),
        external,
        output: {
          format,
          entryFileNames: format === 'cjs' ? '[name].cjs' : '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
          codeSplitting: { groups: Object.entries(chunks).map(([name, test]) => ({ name, test })) },
        },
      },
    },
  };
}

/** Builds every part of Berth with one `vite build`: window, preload (CJS: sandboxed preloads must be), desktop, headless + CLI, bridge. */
export default defineConfig({
  root: at('./renderer'),
  base: './',
  plugins: [react(), tailwindcss()],
  environments: {
    // Nothing is inlined: the window's policy takes fonts and scripts from its own origin only.
    client: {
      build: { outDir: at('./dist/renderer'), emptyOutDir: true, sourcemap: false, assetsInlineLimit: 0 },
    },
    preload: nodeProgram('./dist/preload', { preload: './preload/preload.ts' }, { format: 'cjs' }),
    electron: nodeProgram('./dist/electron', { main: './main/electron/main.ts' }),
    cli: nodeProgram(
      './dist/cli',
      {
        cli: './main/cli/cli.ts',
        headless: './main/headless/headless.ts',
        'keytar-child': './main/core/secrets/keytar-child.ts',
      },
      { chunks: commandChunks },
    ),
    bridge: nodeProgram('./dist/bridge', { bridge: './main/bridge/bridge.ts' }),
  },
  builder: {
    async buildApp(builder) {
      for (const environment of Object.values(builder.environments)) {
        if (environment.name !== 'ssr') await builder.build(environment);
      }
    },
  },
});

/** Everything from node_modules except Electron. */
const libraries = 'libraries';

/**
 * Who may import what: the table of the architecture. A file belongs to the layer with the longest folder that it is in.
 * `files`: folders and files of this repository; `packages`: npm packages by name, or all libraries; `node`: Node's built-in
 * modules; `typesFrom` and `lazy`: what may be imported too, but only as types or only by a dynamic import.
 */
export const layers = [
  { folder: 'contract', files: ['contract'], packages: ['zod'], node: false },
  { folder: 'main/core', files: ['main/core', 'contract', 'assets'], packages: libraries, node: true },
  {
    folder: 'main/electron',
    files: ['main/electron', 'main/core', 'contract', 'assets'],
    packages: ['electron', 'zod'],
    node: true,
  },
  {
    folder: 'main/headless',
    files: ['main/headless', 'main/core', 'contract', 'assets'],
    packages: ['ws', 'zod'],
    node: true,
  },
  {
    folder: 'main/cli',
    // How it finds and speaks to the core, which is not the core: built-ins only, so that commands stay quick.
    files: [
      'main/cli',
      'main/bridge',
      'contract',
      'main/core/paths.ts',
      'main/core/application-files.ts',
      'main/core/rpc/socket-connection.ts',
    ],
    typesFrom: ['main/core', 'main/headless'],
    lazy: ['main/core', 'main/headless', 'main/cli/offline'],
    packages: libraries,
    node: true,
  },
  // What works without a running Berth: part of the core in this process, so it is itself imported only by `import()`.
  { folder: 'main/cli/offline', files: ['main/cli', 'main/core', 'contract'], packages: libraries, node: true },
  // It is one file that AI clients start: what it imports is bundled into it, so paths.ts, which itself is built-ins only, is all.
  { folder: 'main/bridge', files: ['main/bridge', 'main/core/paths.ts'], packages: [], node: true },
  { folder: 'preload', files: ['preload'], typesFrom: ['contract'], packages: ['electron'], node: false },
  { folder: 'renderer', files: ['renderer', 'contract', 'assets'], packages: libraries, node: false },
];

/** Parts inside a layer that must not know each other. `typesAllowed`: types may cross; `lazyAllowed`: so may a dynamic import. */
export const barriers = [
  {
    from: 'main/cli/commands',
    to: 'main/cli/offline',
    typesAllowed: true,
    lazyAllowed: true,
    why: 'what works without Berth is loaded by import(), and only when Berth does not run',
  },
  {
    from: 'main/core/supervisor',
    to: 'main/core/gateway',
    why: 'the supervisor does not know the gateway; core.ts wires them',
  },
  {
    from: 'main/core/gateway',
    to: 'main/core/supervisor',
    why: 'the gateway does not know the supervisor; core.ts wires them',
  },
  { from: 'main/core/gateway', to: 'main/core/kube', why: 'the gateway does not know kubeconfig' },
  { from: 'main/core/supervisor', to: 'main/core/kube', why: 'the supervisor gets a launch plan, not a kubeconfig' },
  {
    from: 'main/core/presets/plan-launch.ts',
    to: 'main/core/kube',
    typesAllowed: true,
    why: 'a launch plan is pure: it knows the types of kube only',
  },
];

/**
 * Files of the core that must stay free of everything but Node's built-in modules, one another and types of the contract, because
 * layers that must not load the core import them.
 */
export const builtinsOnly = [
  'main/core/paths.ts',
  'main/core/application-files.ts',
  'main/core/rpc/parse-frame.ts',
  'main/core/rpc/socket-connection.ts',
];

/** Folders whose files are all checked; a file in them that no layer holds is a violation. Tests, scripts and benchmarks may import anything. */
export const checkedFolders = ['contract', 'main', 'preload', 'renderer'];

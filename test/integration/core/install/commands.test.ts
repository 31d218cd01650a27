import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
/** Where the fake programs write what they were given. */
let record: string;

beforeEach(async () => {
  sandbox = await openSandbox();
  record = join(sandbox.home, 'record');
  sandbox.env['PATH'] = `${join(sandbox.home, 'bin')}:/usr/bin:/bin`;
  sandbox.env['RECORD'] = record;
});
afterEach(() => sandbox.dispose());

/** Writes down its arguments and the variables that matter. */
const writeDown = `printf '%s\\n' "$0" "$@" > "$RECORD"
env | grep -E '^(GOBIN|GOPATH|GOMODCACHE|GOCACHE|GOOS|GOARCH|KREW_ROOT|GOPROXY)=' | sort >> "$RECORD"
pwd >> "$RECORD"`;

async function recorded(): Promise<string[]> {
  return (await readFile(record, 'utf8')).trimEnd().split('\n');
}

/** Everything below the home but Berth's own folder and the record. */
async function outside(): Promise<string[]> {
  const found = await readdir(sandbox.home, { recursive: true });
  return found.filter((name) => !name.startsWith('berth') && name !== 'record').sort();
}

async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return status !== null && !/\) Z /.test(status);
}

async function gone(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (const pid of pids) {
    while (await isAlive(pid)) {
      if (Date.now() > deadline) throw new Error(`process ${pid} still lives`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

test('Go builds into a folder of Berth: program, modules and cache; only the program stays', async () => {
  const go = await sandbox.script(
    'go',
    `${writeDown}
mkdir -p "$GOBIN" "$GOMODCACHE/read-only" "$GOCACHE"
echo x > "$GOMODCACHE/read-only/file"; chmod 0500 "$GOMODCACHE/read-only"
cp /bin/echo "$GOBIN/server"; echo "go: downloading github.com/StacklokLabs/mkp v0.4.3" >&2`,
  );
  sandbox.env['GOPROXY'] = 'https://proxy.example.com';
  const before = await outside();
  const work = join(sandbox.programs, '.work', 'mkp');
  const plan = await sandbox.installer.plan('mkp');
  const events = await sandbox.install('mkp');
  expect(plan.routes[0]?.commandLine).toBe(
    `GOBIN=${work}/bin GOPATH=${work}/go GOMODCACHE=${work}/go/pkg/mod GOCACHE=${work}/go-build GOOS='' GOARCH='' ` +
      `${go} install -modcacherw github.com/StacklokLabs/mkp/cmd/server@v0.4.3`,
  );
  expect(await recorded()).toEqual([
    go,
    'install',
    '-modcacherw',
    'github.com/StacklokLabs/mkp/cmd/server@v0.4.3',
    'GOARCH=',
    `GOBIN=${work}/bin`,
    `GOCACHE=${work}/go-build`,
    `GOMODCACHE=${work}/go/pkg/mod`,
    'GOOS=',
    `GOPATH=${work}/go`,
    'GOPROXY=https://proxy.example.com',
    work,
  ]);
  expect(events).toContainEqual({ type: 'line', text: `$ ${plan.routes[0]?.commandLine}` });
  expect(events).toContainEqual({ type: 'line', text: 'go: downloading github.com/StacklokLabs/mkp v0.4.3' });
  const path = join(sandbox.programs, 'mkp', '0.4.3', 'bin', 'server');
  expect(events.at(-1)).toEqual({ type: 'done', path, version: '0.4.3' });
  expect((await sandbox.catalog.detect('mkp'))?.command).toBe(path);
  expect((await readdir(join(sandbox.programs, 'mkp', '0.4.3'))).sort()).toEqual(['bin', 'installation.json']);
  expect(await outside()).toEqual(before);
});

test('krew installs with a root of its own; the program is the one in its store', async () => {
  await sandbox.script('git', 'exit 0');
  const krew = await sandbox.script(
    'kubectl-krew',
    `${writeDown}
mkdir -p "$KREW_ROOT/store/mtv/v0.3.25" "$KREW_ROOT/bin" "$KREW_ROOT/index/default" "$KREW_ROOT/receipts"
cp /bin/echo "$KREW_ROOT/store/mtv/v0.3.25/kubectl-mtv"
ln -s "$KREW_ROOT/store/mtv/v0.3.25/kubectl-mtv" "$KREW_ROOT/bin/kubectl-mtv"`,
  );
  const before = await outside();
  const work = join(sandbox.programs, '.work', 'kubectl-mtv');
  const events = await sandbox.install('kubectl-mtv');
  expect(await recorded()).toEqual([krew, 'install', 'mtv', `KREW_ROOT=${work}/krew`, work]);
  const done = events.at(-1);
  if (done?.type !== 'done') throw new Error('it was not installed');
  expect(done.path).toMatch(/\/kubectl-mtv\/[^/]+\/krew\/store\/mtv\/v0\.3\.25\/kubectl-mtv$/);
  expect((await stat(done.path)).isFile()).toBe(true);
  expect((await sandbox.catalog.detect('kubectl-mtv'))?.command).toBe(done.path);
  expect(await outside()).toEqual(before);
});

test('npm installs a package with what it needs below Berth, without scripts and with a cache of its own', async () => {
  await sandbox.script('node', 'exit 0');
  const npm = await sandbox.script(
    'npm',
    `${writeDown}
mkdir -p "$3/node_modules/mcp-server-kubernetes/dist" "$3/npm-cache"
echo '{"version":"4.1.7"}' > "$3/node_modules/mcp-server-kubernetes/package.json"
echo 'x' > "$3/node_modules/mcp-server-kubernetes/dist/index.js"`,
  );
  const before = await outside();
  const work = join(sandbox.programs, '.work', 'mcp-server-kubernetes');
  const events = await sandbox.install('mcp-server-kubernetes');
  const [program, ...args] = (await recorded()).slice(0, -1);
  expect(program).toBe(npm);
  expect(args).toEqual([
    'install',
    '--prefix',
    work,
    '--global=false',
    '--ignore-scripts',
    '--omit=dev',
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--cache',
    join(work, 'npm-cache'),
    'mcp-server-kubernetes@4.1.7',
  ]);
  const folder = join(sandbox.programs, 'mcp-server-kubernetes', '4.1.7');
  const path = join(folder, 'node_modules', 'mcp-server-kubernetes', 'dist', 'index.js');
  expect(events.at(-1)).toEqual({ type: 'done', path, version: '4.1.7' });
  expect(await sandbox.catalog.detect('mcp-server-kubernetes')).toMatchObject({
    command: process.execPath,
    args: [path],
  });
  expect((await readdir(folder)).sort()).toEqual(['installation.json', 'node_modules']);
  expect(await outside()).toEqual(before);
});

test('without the tools every way says what is missing and where to get it', async () => {
  sandbox.env['PATH'] = join(sandbox.home, 'bin');
  const { routes } = await sandbox.installer.plan('kubectl-mtv');
  expect(routes.map(({ route, unavailable }) => [route, unavailable?.reason])).toEqual([
    ['krew', 'krew was not found on your PATH.'],
    ['go', 'go was not found on your PATH.'],
  ]);
  await expect(sandbox.install('kubectl-mtv')).rejects.toMatchObject({
    code: 'unsupported',
    hint: expect.stringContaining('https://krew.sigs.k8s.io'),
  });
  await expect(sandbox.install('kubectl-mtv', 'npm')).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(sandbox.installer.plan('url')).rejects.toMatchObject({ code: 'unsupported' });
});

test('what Go says about a module that its proxy does not serve becomes a sentence and a remedy; nothing is left', async () => {
  await sandbox.script(
    'go',
    `mkdir -p "$GOMODCACHE"
echo 'go: github.com/StacklokLabs/mkp/cmd/server@v0.4.3: reading https://ann:pass-word@proxy.example.com/x.info: 403 Forbidden' >&2
exit 1`,
  );
  const lines: string[] = [];
  const install = sandbox.installer.install(
    'mkp',
    'go',
    (event) => event.type === 'line' && lines.push(event.text),
    new AbortController().signal,
  );
  await expect(install).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringMatching(
      /could not be installed: Go’s module proxy does not serve it\. It said: .*403 Forbidden/,
    ),
    hint: expect.stringContaining('go env GOPROXY'),
  });
  expect(lines.join('\n')).toContain('403 Forbidden');
  expect(JSON.stringify([lines, sandbox.log])).not.toContain('pass-word');
  expect(await readdir(join(sandbox.programs, '.work'))).toEqual([]);
});

test('a command that puts its program somewhere else is not believed', async () => {
  await copyFile('/bin/echo', join(sandbox.home, 'elsewhere'));
  await sandbox.script('go', `mkdir -p "$GOBIN"; ln -s "${join(sandbox.home, 'elsewhere')}" "$GOBIN/server"`);
  await expect(sandbox.install('mkp')).rejects.toMatchObject({ code: 'protocol' });
  expect(await sandbox.catalog.detect('mkp')).toBeNull();
});

test('cancelling ends the command with all that it started, also what does not want to', async () => {
  await sandbox.script(
    'go',
    `trap '' TERM
sleep 600 &
echo "pids $$ $!"
while :; do wait; done`,
  );
  const cancel = new AbortController();
  let pids: number[] = [];
  const install = sandbox.installer.install(
    'mkp',
    'go',
    (event) => {
      const found = event.type === 'line' ? /^pids (\d+) (\d+)$/.exec(event.text) : null;
      if (!found) return;
      pids = found.slice(1).map(Number);
      cancel.abort();
    },
    cancel.signal,
  );
  await expect(install).rejects.toMatchObject({ code: 'cancelled' });
  expect(pids).toHaveLength(2);
  await gone(pids);
  expect(await readdir(join(sandbox.programs, '.work'))).toEqual([]);
});

test('a Berth that is killed takes the command with it; the next one removes what was begun, and installs', async () => {
  await sandbox.script('go', 'mkdir -p "$GOBIN"; echo half > "$GOBIN/server"; sleep 600 &\necho "pids $$ $!"; wait');
  const bundle = join(sandbox.home, 'host');
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL('./killed-host.ts', import.meta.url)),
      outDir: bundle,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'host.mjs' } },
    },
    ssr: { noExternal: true },
  });
  const assets = fileURLToPath(new URL('../../../../assets/presets', import.meta.url));
  const args = [join(bundle, 'host.mjs'), assets, join(sandbox.home, 'presets'), sandbox.programs, 'mkp'];
  const host: ChildProcess = spawn(process.execPath, args, { env: sandbox.env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => host.once('exit', resolve));
  const pids = await new Promise<number[]>((resolve, reject) => {
    void exited.then(() => reject(new Error('the host ended early')));
    if (!host.stdout) return reject(new Error('no stdout'));
    createInterface({ input: host.stdout }).on('line', (line) => {
      const found = /pids (\d+) (\d+)/.exec(line);
      if (found) resolve(found.slice(1).map(Number));
    });
  });
  // While it runs, another Berth neither joins in nor takes its folder away.
  await expect(sandbox.install('mkp')).rejects.toMatchObject({ code: 'conflict' });
  await sandbox.installer.tidy();
  expect(await readdir(join(sandbox.programs, '.work'))).toEqual(['mkp']);
  host.kill('SIGKILL');
  await exited;
  await gone(pids);
  expect(await sandbox.catalog.detect('mkp')).toBeNull();
  await sandbox.installer.tidy();
  expect(await readdir(join(sandbox.programs, '.work'))).toEqual([]);
  await sandbox.script('go', 'mkdir -p "$GOBIN"; cp /bin/echo "$GOBIN/server"');
  expect((await sandbox.install('mkp')).at(-1)).toMatchObject({ type: 'done', version: '0.4.3' });
});

test('leftovers of Go that may not be written are removed all the same', async () => {
  const { removeTree } = await import('../../../../main/core/install/remove-tree.ts');
  const locked = join(sandbox.home, 'locked', 'deep');
  await mkdir(locked, { recursive: true, mode: 0o500 });
  await removeTree(join(sandbox.home, 'locked'));
  await expect(stat(locked)).rejects.toThrow();
  await removeTree(join(sandbox.home, 'was-never-there'));
  await rm(record, { force: true });
});

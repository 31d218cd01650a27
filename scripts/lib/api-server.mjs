import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What k8s.io/kubernetes asks for. */
const oldestGo = 24;

const sources = ['main.go', 'go.mod', 'go.sum'];

/** What Kubernetes' own build stamps into its programs: without it `kubectl version` cannot read the answer. */
function linkerFlags(goMod) {
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/.exec(goMod) ?? [];
  const stamps = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const flags = Object.entries(stamps).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s', '-w', ...flags].join(' ');
}

/**
 * A real kube-apiserver with etcd inside (test/cluster/apiserver), built once into `${XDG_CACHE_HOME:-~/.cache}/berth-test`, under a
 * name that changes with its source and its versions. Answers its path, or why there is none.
 * @param {string} root
 * @returns {{ path: string } | { missing: string } | { broken: string }}
 */
export function provideApiServer(root) {
  const source = join(root, 'test', 'cluster', 'apiserver');
  const hash = createHash('sha256');
  for (const name of sources) hash.update(readFileSync(join(source, name)));
  const flags = linkerFlags(readFileSync(join(source, 'go.mod'), 'utf8'));
  hash.update(flags);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'berth-test');
  const folder = join(cache, `apiserver-${hash.digest('hex').slice(0, 16)}`);
  const path = join(folder, process.platform === 'win32' ? 'apiserver.exe' : 'apiserver');
  if (existsSync(path)) return { path };

  const go = spawnSync('go', ['version'], { encoding: 'utf8' });
  const [, minor] = /go1\.(\d+)/.exec(go.stdout ?? '') ?? [];
  if (!minor || Number(minor) < oldestGo) {
    return {
      missing: `the API server is built with Go 1.${oldestGo} or newer, and ${go.stdout?.trim() || 'none is on PATH'}`,
    };
  }
  console.log(`Building the API server with ${go.stdout.trim()}: 4 to 8 minutes the first time, into ${folder}`);
  const began = performance.now();
  const work = join(cache, `apiserver-build-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    const built = join(work, 'apiserver');
    const args = ['build', '-mod=readonly', '-trimpath', `-ldflags=${flags}`, '-o', built, '.'];
    const { status } = spawnSync('go', args, { cwd: source, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) return { broken: `go build ended with ${status}` };
    mkdirSync(folder, { recursive: true });
    renameSync(built, path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  console.log(`Built in ${Math.round((performance.now() - began) / 1000)} s`);
  return { path };
}

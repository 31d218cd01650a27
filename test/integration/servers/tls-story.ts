import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Server } from '../../../contract/model/server.ts';
import { eventually } from '../../e2e/support/processes.ts';
import { BerthWith } from './berth-with.ts';
import { type Clusters, startDemoClusters } from './clusters.ts';
import { MtvAlone } from './mtv-alone.ts';

const run = promisify(execFile);

/** kubectl-mtv with a certificate of its own: reached over TLS by who trusts its authority, and by nobody else. */
export function tellTlsStory(title: string, program: () => string, transport: 'http' | 'sse'): void {
  describe(`${title} over ${transport} with TLS`, () => {
    let folder: string;
    let clusters: Clusters;
    let berth: BerthWith;
    const options = () => ({
      program: program(),
      'cert-file': join(folder, 'cert.pem'),
      'key-file': join(folder, 'key.pem'),
    });

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'berth-tls-'));
      await makeCertificates(folder);
      clusters = await startDemoClusters();
      berth = await BerthWith.start(clusters);
    });
    afterAll(async () => {
      await berth?.end();
      await clusters?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test('Berth speaks to it when its authority is among those in NODE_EXTRA_CA_CERTS', async () => {
      const asker = await buildAsker(folder);
      const server = await MtvAlone.start({ options: options(), transport, kubeconfig: clusters.kubeconfig, folder });
      try {
        expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\//);
        const ask = (env: Record<string, string>) => run(process.execPath, [asker, transport, server.url], { env });
        expect((await ask({ NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem') })).stdout).toBe('kubectl-mtv');
        await expect(ask({})).rejects.toThrow('unable to verify the first certificate');
      } finally {
        await server.stop();
      }
    });

    test('a server whose authority nobody trusts is not used, and Berth says why', async () => {
      await berth.call('servers.add', { preset: 'kubectl-mtv', slug: 'tls', transport, options: options() });
      const starting = berth.call('servers.start', { slugs: ['tls'] });
      let seen: Server | undefined;
      const told = await eventually(async () => {
        seen = await berth.call('servers.get', { slug: 'tls' });
        return seen.error?.message.includes('unable to verify the first certificate') === true;
      }, 20_000);
      expect({ told, state: seen?.state }).toEqual({ told: true, state: expect.not.stringMatching('ready') });
      await berth.call('servers.stop', { slugs: ['tls'] });
      await starting;
    });

    test('a certificate that is not there is a mistake in the options, not a reason to try again', async () => {
      const wrong = { ...options(), 'cert-file': join(folder, 'none.pem') };
      await berth.call('servers.add', { preset: 'kubectl-mtv', slug: 'wrong', transport, options: wrong });
      const [started] = await berth.call('servers.start', { slugs: ['wrong'] });
      expect(started).toMatchObject({
        state: 'failed',
        error: { code: 'invalid-config', hint: expect.stringContaining('cert-file') },
      });
    });
  });
}

/** An authority and a certificate for 127.0.0.1 that it signed. */
async function makeCertificates(folder: string): Promise<void> {
  const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;
  const authority = await generate([{ name: 'commonName', value: 'test authority' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  await writeFile(join(folder, 'authority.pem'), authority.cert);
  await writeFile(join(folder, 'cert.pem'), leaf.cert);
  await writeFile(join(folder, 'key.pem'), leaf.private, { mode: 0o600 });
}

/** Node reads NODE_EXTRA_CA_CERTS only when it starts, so Berth's own code asks in a process of its own. */
async function buildAsker(folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL('../../fixtures/servers/asks-over-tls-process.ts', import.meta.url)),
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'asker.mjs' } },
    },
    ssr: { noExternal: true },
  });
  return join(folder, 'asker.mjs');
}

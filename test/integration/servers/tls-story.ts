import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LeafOptions, PrivateAuthority } from '../../fixtures/network/authority.ts';
import { BerthWith } from './berth-with.ts';
import { type Clusters, startDemoClusters } from './clusters.ts';

const DAY = 86_400_000;

/** kubectl-mtv with a certificate of its own: Berth takes that one, and no other. */
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
      await makeCertificate(folder);
      clusters = await startDemoClusters();
      berth = await BerthWith.start(clusters);
    });
    afterAll(async () => {
      await berth?.end();
      await clusters?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test('Berth trusts the certificate that it gave its own server: no authority has to be made known', async () => {
      await berth.call('servers.add', { preset: 'kubectl-mtv', slug: 'tls', transport, options: options() });
      const [started] = await berth.call('servers.start', { slugs: ['tls'] });
      expect(started).toMatchObject({ state: 'ready', serverInfo: { name: 'kubectl-mtv' } });
      await berth.call('servers.stop', { slugs: ['tls'] });
    });

    test('a certificate that has expired is refused, says so and is not tried again', async () => {
      const old = join(folder, 'old');
      await mkdir(old, { recursive: true });
      await makeCertificate(old, { notBefore: new Date(Date.now() - 9 * DAY), notAfter: new Date(Date.now() - DAY) });
      const expired = { ...options(), 'cert-file': join(old, 'cert.pem'), 'key-file': join(old, 'key.pem') };
      await berth.call('servers.add', { preset: 'kubectl-mtv', slug: 'old', transport, options: expired });
      const [started] = await berth.call('servers.start', { slugs: ['old'] });
      expect(started).toMatchObject({
        state: 'failed',
        restarts: 0,
        error: { code: 'untrusted', message: expect.stringContaining('has expired') },
      });
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

/** A certificate that an authority signed which no machine knows, for a name that nobody asks for. */
async function makeCertificate(folder: string, times: Partial<LeafOptions> = {}): Promise<void> {
  const authority = await PrivateAuthority.create('test authority');
  const leaf = await authority.sign({ names: ['mtv.corp.test'], ...times });
  await writeFile(join(folder, 'cert.pem'), leaf.cert);
  await writeFile(join(folder, 'key.pem'), leaf.key, { mode: 0o600 });
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NpmRegistry } from '../../fixtures/install/npm-registry.ts';
import { tarball } from '../../fixtures/install/tarball.ts';
import { type BerthWindow, expect, test } from './berth-window.ts';

const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;

const preset = `id: tiny
title: Tiny server
description: A server whose program is not on this machine.
homepage: null
needsContext: true
sharedChild: true
program:
  npm: { package: tiny-server, platformPackage: "tiny-server-{goos}-{goarch}", file: "bin/tiny{exe}" }
  names: [tiny-server]
  version: { run: [v1.2.3], pattern: '^v(\\d+\\.\\d+\\.\\d+)' }
  install: Get it from somewhere
  routes: [{ route: npm, version: 1.2.3 }]
transports: [{ transport: stdio }]
`;

/** A registry that the user's npm is set to, and a preset whose program only it has. */
async function withRegistry(berth: BerthWindow, use: (registry: NpmRegistry) => Promise<void>): Promise<void> {
  const registry = await NpmRegistry.start();
  try {
    const program = readFileSync('/bin/echo');
    registry.publish(`tiny-server-${platform}`, '1.2.3', {
      tarball: tarball([{ path: 'package/bin/tiny', content: program }]),
    });
    writeFileSync(join(berth.sandbox.home, '.npmrc'), `registry=${registry.url}\n`);
    mkdirSync(join(berth.sandbox.berthHome, 'presets'), { recursive: true });
    writeFileSync(join(berth.sandbox.berthHome, 'presets', 'tiny.yaml'), preset);
    await berth.sandbox.json('presets', '--refresh');
    await use(registry);
  } finally {
    await registry.stop();
  }
}

test('a missing program is installed after its source was shown, set up, and removed again', async ({ berth }) => {
  await withRegistry(berth, async (registry) => {
    const { page } = berth;
    await berth.go('#/servers?add=1');
    await page.getByRole('button', { name: 'Install Tiny server' }).click();
    const dialog = page.getByRole('dialog', { name: 'Install Tiny server' });
    await expect(dialog.getByText(`${registry.url}tiny-server-${platform}`, { exact: true })).toBeVisible();
    await expect(dialog.getByText(join('programs', 'tiny', '1.2.3'))).toBeVisible();
    expect(registry.requests).toEqual([]);

    registry.override = (_request, response) => {
      response.writeHead(404).end();
      return true;
    };
    await dialog.getByRole('button', { name: 'Install', exact: true }).click();
    await expect(dialog.getByRole('alert')).toContainText(`does not have tiny-server-${platform}`);
    registry.override = () => false;
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await expect(dialog.getByText('Installed, 1.2.3')).toBeVisible();
    await dialog.getByRole('button', { name: 'Set it up' }).click();
    await expect(page.getByRole('dialog', { name: 'Add Tiny server' })).toBeVisible();
    await page.getByRole('button', { name: 'Back' }).click();
    await expect(page.getByRole('button', { name: /Tiny server.*found, 1\.2\.3.*installed by Berth/ })).toBeVisible();

    await page.getByRole('button', { name: 'Remove Tiny server' }).click();
    await page.getByRole('dialog', { name: 'Remove Tiny server?' }).getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByRole('button', { name: 'Install Tiny server' })).toBeVisible();
    await expect(page.getByText('Installed by Berth')).toBeHidden();
  });
});

test('an installation under way can be cancelled', async ({ berth }) => {
  await withRegistry(berth, async (registry) => {
    const { page } = berth;
    const closed = new Promise<void>((resolve) => {
      registry.override = (request) => {
        request.socket.once('close', () => resolve());
        return true;
      };
    });
    await berth.go('#/servers?add=1');
    await page.getByRole('button', { name: 'Install Tiny server' }).click();
    const dialog = page.getByRole('dialog', { name: 'Install Tiny server' });
    await dialog.getByRole('button', { name: 'Install', exact: true }).click();
    await expect(dialog.getByText(/^Asking 127\.0\.0\.1/)).toBeVisible();
    await dialog.getByRole('button', { name: 'Cancel the installation' }).click();
    await expect(dialog.getByText('Cancelled; what was begun has been removed')).toBeVisible();
    await closed;
  });
});

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ExistingClient, ImportPreview } from '../../../contract/model/existing.ts';
import { missingForKeyring, withKeyring } from '../../e2e/support/keyring.ts';
import { connectHttp } from '../../e2e/support/mcp-client.ts';
import { inSandbox, type Sandbox } from '../../e2e/support/sandbox.ts';

const secret = 'ghp_NotARealToken0123456789';
const stdioServer = fileURLToPath(new URL('../../fixtures/servers/good-stdio.mjs', import.meta.url));

/** A machine whose Cursor has a server of its own, with a token in its environment, in a file that others may read. */
function withCursor(sandbox: Sandbox): { file: string; before: string } {
  mkdirSync(join(sandbox.home, '.cursor'));
  const file = join(sandbox.home, '.cursor', 'mcp.json');
  const tickets = { command: process.execPath, args: [stdioServer], env: { TICKETS_TOKEN: secret } };
  const before = `${JSON.stringify({ mcpServers: { tickets } }, null, 2)}\n`;
  writeFileSync(file, before, { mode: 0o644 });
  return { file, before };
}

describe('servers that stand in clients already, on the command line', () => {
  it('are listed, tested and previewed without their secret; without a keychain it stays where it is', () =>
    inSandbox({}, async (sandbox) => {
      const { file, before } = withCursor(sandbox);
      const serving = await sandbox.serve();
      const table = await sandbox.cli('clients', 'existing');
      expect(table.stdout).toMatch(/^CLIENT +ENTRY +KIND +FINDINGS\ncursor +tickets +command +plaintext-secret\n/);
      expect(table.stdout).toContain('fail  cursor, line 3: "tickets" keeps what looks like a secret');
      const [cursor] = (await sandbox.json('clients', 'existing', 'cursor')) as ExistingClient[];
      expect(cursor?.servers).toMatchObject([{ name: 'tickets', env: ['TICKETS_TOKEN'], kind: 'command' }]);
      const doctor = await sandbox.cli('doctor', 'cursor');
      expect(doctor).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/FAIL {2}Server "tickets": .*plain text: variable TICKETS_TOKEN.*line 3/),
      });
      expect((await sandbox.cli('doctor')).stdout).toContain('client:cursor');

      const dry = await sandbox.cli('clients', 'import', 'cursor', 'tickets', '--replace', '--dry-run');
      expect(dry.stdout).toContain('to the keychain: variable TICKETS_TOKEN as tickets-tickets-token');
      expect(dry.stdout).toContain('Cannot be done yet: There is no keychain');
      expect(dry.stdout).toContain('-        "TICKETS_TOKEN": "…"');
      const refused = await sandbox.cli('clients', 'import', 'cursor', 'tickets', '--replace');
      expect(refused).toMatchObject({ code: 6, stdout: '' });
      expect(await sandbox.json('servers')).toEqual([]);
      expect(readFileSync(file, 'utf8')).toBe(before);

      const imported = await sandbox.cli('clients', 'import', 'cursor', 'tickets', '--name', 'mine');
      expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining('"mine" is docked.') });
      expect(await sandbox.json('start', 'mine')).toMatchObject([{ state: 'ready', guard: 'read-only' }]);
      expect(readFileSync(file, 'utf8')).toBe(before);
      for (const { stdout, stderr } of [table, doctor, dry, refused, imported, serving.child])
        expect(stdout + stderr).not.toContain(secret);
      expect(await sandbox.cli('clients', 'import', 'cursor', 'nothing')).toMatchObject({ code: 4 });
    }));

  it.skipIf(missingForKeyring.length > 0)(
    `move into Berth with a real keyring: secret kept, entry replaced, and it works (missing: ${missingForKeyring.join(', ') || 'nothing'})`,
    () =>
      withKeyring((address) =>
        inSandbox({ env: { DBUS_SESSION_BUS_ADDRESS: address } }, async (sandbox) => {
          const { file } = withCursor(sandbox);
          const serving = await sandbox.serve();
          const preview = (await sandbox.json(
            'clients',
            'import',
            'cursor',
            'tickets',
            '--replace',
            '--dry-run',
          )) as ImportPreview;
          expect(preview).toMatchObject({ blockedBy: null, change: { creates: false } });
          const ran = await sandbox.cli('clients', 'import', 'cursor', 'tickets', '--replace');
          expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('restart Cursor') });
          expect(await sandbox.json('start', 'tickets')).toMatchObject([{ state: 'ready' }]);
          expect(await sandbox.json('secrets', 'list')).toEqual([
            { name: 'tickets-tickets-token', usedBy: ['tickets'] },
          ]);

          const { mcpServers } = JSON.parse(readFileSync(file, 'utf8'));
          expect(Object.keys(mcpServers)).toEqual(['berth-tickets']);
          const client = await connectHttp(mcpServers['berth-tickets'].url, mcpServers['berth-tickets'].headers);
          expect((await client.tools()).length).toBeGreaterThan(0);
          await client.close();
          expect(await sandbox.json('clients', 'existing', 'cursor')).toMatchObject([{ servers: [] }]);

          await serving.stop();
          expect(ran.stdout + ran.stderr + serving.child.stdout + serving.child.stderr).not.toContain(secret);
          expect(filesWith(secret, sandbox.berthHome)).toEqual([
            expect.stringMatching(/\/clients\/backups\/cursor-.*\.bak$/),
          ]);
          for (const backup of filesWith(secret, sandbox.berthHome)) expect(statSync(backup).mode & 0o777).toBe(0o600);
        }),
      ),
  );
});

function filesWith(text: string, folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'utf8').includes(text));
}

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClientVia } from '../../../contract/model/client.ts';
import type { ClientRow } from '../../../main/core/clients/registry.ts';
import { type Machine, NAME, openMachine, rowOf, SLUG } from './machine.ts';
import { accepts, type DialectFeature, type RealClient } from './real-client.ts';

type Provided = { version: string; command: string[] } | { missing: string };

const provided = JSON.parse(process.env['BERTH_TEST_CLIENTS'] ?? '{}') as Record<string, Provided>;
const ways = ['bridge', 'url'] as const;
const seen = { bridge: 'over the bridge', url: 'by URL' };

/**
 * The tests that every row of a client that can be asked has to pass: the client reads what Berth writes, reaches Berth with it, says so
 * only when it is true, and keeps its own; its own command line writes the same; its parser takes what the row says.
 */
export async function proveRow(client: RealClient): Promise<void> {
  const row = await rowOf(client.id);
  const found = provided[client.id] ?? { missing: 'run it with: npm run test:clients' };
  const version = 'missing' in found ? 'not here' : found.version;

  /** One machine per test; a client that cannot be had skips it and says why. */
  const prove = (title: string, test: (machine: Machine) => Promise<void>) =>
    it(title, async (context) => {
      if ('missing' in found) return context.skip(found.missing);
      const machine = await openMachine(client, found.command);
      try {
        await test(machine);
      } finally {
        await machine.dispose();
      }
    });

  describe(`${row.title} ${version}`, () => {
    for (const via of ways) {
      if (client.contacts) provesConnection(client, via, prove);
      else {
        prove(
          `lists what Berth installs ${seen[via]}; it would contact servers with an account only`,
          async (machine) => {
            expect(await client.knows(machine, NAME)).toBe(false);
            await install(machine, via);
            expect(await client.ask(machine, NAME)).toMatchObject({ state: 'listed' });
          },
        );
      }
    }

    provesRemoval(client, prove);
    provesCommandLine(client, row, prove);
    provesDialect(client, row, prove);
  });
}

type Prove = (title: string, test: (machine: Machine) => Promise<void>) => void;

function provesConnection(client: RealClient, via: ClientVia, prove: Prove): void {
  prove(`connects with what Berth installs ${seen[via]}, and Berth sees it`, async (machine) => {
    expect(await machine.seenByBerth()).toEqual({ connectedAt: null, connectedAs: null });
    await install(machine, via);
    expect(await client.ask(machine, NAME)).toMatchObject({ state: 'connected' });
    expect(await machine.seenByBerth()).toMatchObject({
      connectedAt: expect.any(String),
      connectedAs: { name: client.callsItself },
    });
    expect(await stateOf(machine)).toMatchObject({ application: 'found', state: 'installed' });
  });

  if (via === 'bridge') {
    // The bridge waits half a minute for a Berth that has ended; one that is there and has no such server says so at once.
    prove('does not say that it is connected over the bridge when the server is gone', async (machine) => {
      await install(machine, via);
      await machine.berth.call('servers.remove', { slug: SLUG });
      expect(await client.ask(machine, NAME)).toMatchObject({ state: 'not-connected' });
    });
    return;
  }
  prove('does not say that it is connected by URL when Berth has ended', async (machine) => {
    await install(machine, via);
    await machine.berth.dispose();
    expect(await client.ask(machine, NAME)).toMatchObject({ state: 'not-connected' });
  });

  prove('does not say that it is connected with a wrong token', async (machine) => {
    await install(machine, via);
    await machine.write((await machine.text()).replace(/berth_[\w-]{43}/, `berth_${'A'.repeat(43)}`));
    expect(await client.ask(machine, NAME)).toMatchObject({ state: 'not-connected' });
    expect(await machine.seenByBerth()).toEqual({ connectedAt: null, connectedAs: null });
  });
}

function provesRemoval(client: RealClient, prove: Prove): void {
  prove('gets the bytes of its own file back', async (machine) => {
    await ownCommand(machine, client.addOther);
    // What it adds to its file at its first look at it is there before Berth comes.
    await client.knows(machine, 'other');
    const before = await machine.bytes();
    await install(machine, 'bridge');
    await uninstall(machine);
    expect((await machine.bytes()).equals(before)).toBe(true);
    expect(await client.knows(machine, 'other')).toBe(true);
  });

  prove('keeps what it wrote while Berth was installed', async (machine) => {
    await install(machine, 'bridge');
    await ownCommand(machine, client.addOther);
    await client.ask(machine, NAME);
    const between = await machine.text();
    expect(machine.format.entries(between, machine.place).has('other')).toBe(true);
    await uninstall(machine);
    const after = await machine.text();
    expect(machine.format.entries(after, machine.place).has(NAME)).toBe(false);
    expect(machine.format.sameOutside(between, after, machine.place, new Set([NAME]))).toBe(true);
    expect(await client.knows(machine, NAME)).toBe(false);
    expect(await client.knows(machine, 'other')).toBe(true);
  });
}

function provesCommandLine(client: RealClient, row: ClientRow, prove: Prove): void {
  if (row.cli) {
    prove('writes the same entry when Berth has its own command do it, and takes it out again', async (machine) => {
      const ours = await entryOfBerth(machine, 'bridge');
      await install(machine, 'bridge', 'cli');
      expect(await machine.entry(NAME)).toEqual(ours);
      await uninstall(machine, 'cli');
      expect(await machine.entry(NAME)).toBeUndefined();
    });
  }
  const { addByCommand, addByUrl } = client;
  if (addByCommand) {
    prove('writes the same entry with its own command', async (machine) => {
      const ours = await entryOfBerth(machine, 'bridge');
      await ownCommand(machine, addByCommand(NAME, bridgeOf(machine)));
      expect(await machine.entry(NAME)).toEqual(ours);
    });
  }
  if (addByUrl) {
    prove('writes the same entry by URL with its own command', async (machine) => {
      await install(machine, 'url');
      const authorization = /Bearer berth_[\w-]{43}/.exec(await machine.text())?.[0] ?? '';
      const ours = await machine.entry(NAME);
      await uninstall(machine);
      const { endpoint } = await machine.berth.call('servers.get', { slug: SLUG });
      await ownCommand(machine, addByUrl(NAME, endpoint.http, authorization));
      expect(await machine.entry(NAME)).toEqual(ours);
    });
  }
}

function provesDialect(client: RealClient, row: ClientRow, prove: Prove): void {
  prove('takes in its file what its row says, and stumbles over the rest', async (machine) => {
    const entry = await entryOfBerth(machine, 'bridge');
    const reads = async (name: string, feature: DialectFeature | null) => {
      const plain = machine.format.set('', machine.place, name, entry).text;
      await machine.write(feature === null ? plain : withFeature(plain, feature));
      return await client.knows(machine, name);
    };
    expect(await reads('plain', null)).toBe(true);
    const found: [DialectFeature, boolean][] = [];
    for (const [index, feature] of featuresOf(row).entries())
      found.push([feature, await reads(`special-${index}`, feature)]);
    const wanted = featuresOf(row).map((feature) => [
      feature,
      accepts(row, feature) || client.stricter?.[feature] !== undefined,
    ]);
    expect(found).toEqual(wanted);
  });
}

/** TOML has comments, and no commas to trail where Berth writes. */
function featuresOf(row: ClientRow): readonly DialectFeature[] {
  return row.format === 'toml' ? ['a byte order mark'] : ['a comment', 'a trailing comma', 'a byte order mark'];
}

function withFeature(text: string, feature: DialectFeature): string {
  if (feature === 'a byte order mark') return `\uFEFF${text}`;
  if (feature === 'a comment') return text.replace('{', '{ // not } here');
  return text.replace(/\}\s*$/, ',}\n');
}

async function install({ berth, row }: Machine, via: ClientVia, route: 'file' | 'cli' = 'file'): Promise<void> {
  const client = await berth.call('clients.install', { client: row.id, slugs: [SLUG], via, route });
  expect(client.entries).toMatchObject([{ name: NAME, via, state: 'installed' }]);
}

async function uninstall({ berth, row }: Machine, route: 'file' | 'cli' = 'file'): Promise<void> {
  const client = await berth.call('clients.uninstall', { client: row.id, route });
  expect(client.entries).toEqual([]);
}

async function stateOf({ berth, row }: Machine) {
  return (await berth.call('clients.list', undefined)).find(({ id }) => id === row.id);
}

/** What Berth writes, in a file that it is taken out of again. */
async function entryOfBerth(machine: Machine, via: ClientVia): Promise<Record<string, unknown>> {
  await install(machine, via);
  const entry = await machine.entry(NAME);
  await uninstall(machine);
  return entry as Record<string, unknown>;
}

/** The command line of the bridge, as it stands in clients' files. */
function bridgeOf({ home, row }: Machine): string[] {
  return [join(home, 'berth', 'state', 'bin', 'berth'), 'connect', SLUG, '--client', row.id];
}

/** Runs the client's own command, which has to succeed. */
async function ownCommand(machine: Machine, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await machine.run(args);
  expect({ code, said: code === 0 ? '' : `${stdout}${stderr}` }).toEqual({ code: 0, said: '' });
}

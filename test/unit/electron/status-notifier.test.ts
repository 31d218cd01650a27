import { describe, expect, it } from 'vitest';
import { type BusCall, busNames, hasTrayHost, ownsTrayItem } from '../../../main/electron/status-notifier.ts';

/** Replies as dbus-send prints them. */
const variant = (value: string) =>
  `method return time=1.1 sender=:1.8 -> destination=:1.20 serial=9 reply_serial=2\n   variant       ${value}\n`;

function bus(options: { host?: boolean; items?: string[]; owners?: Record<string, number> }): BusCall {
  return async (args) => {
    const asked = args.join(' ');
    if (asked.includes('IsStatusNotifierHostRegistered')) {
      return options.host === undefined ? null : variant(`boolean ${options.host}`);
    }
    if (asked.includes('RegisteredStatusNotifierItems')) {
      return variant(
        `array [\n${(options.items ?? []).map((item) => `         string "${item}"`).join('\n')}\n      ]`,
      );
    }
    const name = args.at(-1)?.replace('string:', '') ?? '';
    const pid = options.owners?.[name];
    return pid === undefined ? null : `method return\n   uint32 ${pid}\n`;
  };
}

describe('hasTrayHost', () => {
  it('needs a watcher with a panel', async () => {
    expect(await hasTrayHost(bus({}))).toBe(false);
    expect(await hasTrayHost(bus({ host: false }))).toBe(false);
    expect(await hasTrayHost(bus({ host: true }))).toBe(true);
  });
});

describe('ownsTrayItem', () => {
  it('finds its own item however the watcher writes it', async () => {
    const owners = { ':1.45': 4242, 'org.kde.StatusNotifierItem-4242-1': 4242, ':1.9': 77 };
    for (const own of [':1.45/StatusNotifierItem', ':1.45@/org/ayatana/Berth', 'org.kde.StatusNotifierItem-4242-1']) {
      expect(await ownsTrayItem(4242, bus({ host: true, items: [':1.9/StatusNotifierItem', own], owners }))).toBe(true);
    }
  });

  it("does not take another program's item for its own", async () => {
    const owners = { ':1.45': 42421, ':1.9': 77 };
    const items = [':1.45/StatusNotifierItem', ':1.9/x', ':1.10/gone'];
    expect(await ownsTrayItem(4242, bus({ host: true, items, owners }))).toBe(false);
    expect(await ownsTrayItem(4242, bus({ host: true }))).toBe(false);
    expect(await ownsTrayItem(42421, bus({ host: false, items, owners }))).toBe(false);
  });
});

describe('busNames', () => {
  it('reads names from the items of a reply', () => {
    expect(busNames('array [ string ":1.5/a/b" string "org.x.Y-1" string ":1.6@/c" ]')).toEqual([
      ':1.5',
      'org.x.Y-1',
      ':1.6',
    ]);
  });
});

import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { NetworkWatch, networkOf } from '../../../../main/core/wake/network-watch.ts';

const address = (text: string, internal = false): NetworkInterfaceInfo =>
  ({
    address: text,
    cidr: `${text}/24`,
    netmask: '255.255.255.0',
    mac: '',
    family: 'IPv4',
    internal,
  }) as NetworkInterfaceInfo;
const loopback = { lo: [address('127.0.0.1', true)] };
const home = { ...loopback, wlan0: [address('192.168.1.5')] };

test('what leads nowhere is no network', () => {
  expect(networkOf(loopback)).toBe('');
  expect(networkOf({ ...loopback, veth1: [address('fe80::1'), address('169.254.3.4')], gone: undefined })).toBe('');
  expect(networkOf(home)).toBe('wlan0 192.168.1.5/24');
  const both = { tun0: [address('10.8.0.2')], wlan0: [address('192.168.1.5')] };
  expect(networkOf(both)).toBe(networkOf({ wlan0: both.wlan0, tun0: both.tun0 }));
});

test('a change is told once, when it has lasted from one look to the next', () => {
  let now: Record<string, NetworkInterfaceInfo[]> = home;
  let told = 0;
  const watch = new NetworkWatch({ read: () => now });
  watch.onDidChange(() => {
    told += 1;
  });
  const look = (network: typeof now) => {
    now = network;
    watch.look();
    return told;
  };
  expect(look(home)).toBe(0);
  expect(look(loopback)).toBe(0);
  // It was gone for a moment only.
  expect(look(home)).toBe(0);
  expect(look(home)).toBe(0);
  const vpn = { ...home, tun0: [address('10.8.0.2')] };
  expect(look(vpn)).toBe(0);
  expect(look(vpn)).toBe(1);
  expect(look(vpn)).toBe(1);
  expect(look(loopback)).toBe(1);
  expect(look(loopback)).toBe(2);
  watch.dispose();
});

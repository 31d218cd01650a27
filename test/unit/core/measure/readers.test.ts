import { describe, expect, it, test } from 'vitest';
import { parseAuxiliaryVector, parseStat } from '../../../../main/core/measure/linux-processes.ts';
import {
  distinctListeners,
  isLoopback,
  listenerOf,
  parseListening,
} from '../../../../main/core/measure/listen-table.ts';
import { parseLsof } from '../../../../main/core/measure/lsof-listeners.ts';
import { parseCpuTime, parsePsRow } from '../../../../main/core/measure/ps-processes.ts';

const units = { pageBytes: 4096, ticksPerSecond: 100 };

describe('/proc/PID/stat', () => {
  const rest = '10 20 30 0 -1 4194560 1 0 0 0 150 50 700 300 20 0 1 0 987654 1000000 25 18446744073709551615';

  it('is read from behind the name, whatever is in it', () => {
    expect(parseStat(`4243 (a) S b (c) S ${rest}`, units)).toEqual({
      pid: 4243,
      parent: 10,
      group: 20,
      session: 30,
      start: '987654',
      cpuSeconds: 2,
      childSeconds: 10,
      memoryBytes: 25 * 4096,
    });
  });

  it('is nothing for a zombie and for what is no such line', () => {
    for (const text of [`4243 (z) Z ${rest}`, '', '12 (x) S 1', 'x (x) S 1']) expect(parseStat(text, units)).toBeNull();
  });
});

test('the kernel tells the size of a page and of a tick', () => {
  const vector = Buffer.alloc(48);
  for (const [index, value] of [6n, 16384n, 17n, 250n, 0n, 0n].entries()) vector.writeBigUInt64LE(value, index * 8);
  expect(parseAuxiliaryVector(vector)).toEqual({ pageBytes: 16384, ticksPerSecond: 250 });
  expect(parseAuxiliaryVector(Buffer.alloc(0))).toEqual(units);
});

describe('ps', () => {
  it.each([
    ['0:00.05', 0.05],
    ['12:34.50', 754.5],
    ['01:02:03', 3723],
    ['2-01:00:00', 176_400],
    ['-', Number.NaN],
  ])('says %s of processor time', (text, seconds) => {
    expect(parseCpuTime(text)).toBe(seconds);
  });

  it('gives a row per line', () => {
    expect(parsePsRow('  501     1   501  10240   0:01.50')).toMatchObject({
      pid: 501,
      parent: 1,
      group: 501,
      memoryBytes: 10_485_760,
      cpuSeconds: 1.5,
    });
    for (const line of ['', 'PID PPID', '1 2 3']) expect(parsePsRow(line)).toBeNull();
  });
});

describe('/proc/net/tcp', () => {
  const line = (address: string, state: string, inode: number) =>
    `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000 100 0 0 10 0`;

  it.each([
    ['0100007F:1F90', '127.0.0.1', true],
    ['0500007F:1F90', '127.0.0.5', true],
    ['00000000:1F90', '0.0.0.0', false],
    ['0101A8C0:1F90', '192.168.1.1', false],
    ['00000000000000000000000001000000:1F90', '::1', true],
    ['00000000000000000000000000000000:1F90', '::', false],
    ['0000000000000000FFFF00000100007F:1F90', '::ffff:127.0.0.1', true],
    ['0000000000000000FFFF000000000000:1F90', '::ffff:0.0.0.0', false],
    ['000080FE000000000000000001000000:1F90', 'fe80::1', false],
  ])('%s is %s', (field, address, loopback) => {
    expect(parseListening(line(field, '0A', 77), 'LE')).toEqual([{ inode: '77', address, port: 8080 }]);
    expect(isLoopback(address)).toBe(loopback);
  });

  it('lists nothing but listening sockets', () => {
    const text = `  sl  local_address rem_address   st\n${line('0100007F:1F90', '01', 1)}\n${line('0100007F:1F91', '0A', 2)}\n`;
    expect(parseListening(text, 'LE')).toEqual([{ inode: '2', address: '127.0.0.1', port: 8081 }]);
  });

  it('is in the byte order of the machine', () => {
    expect(parseListening(line('7F000001:1F90', '0A', 1), 'BE')).toMatchObject([{ address: '127.0.0.1' }]);
  });
});

test('lsof names each socket with its family, and * is every address of it', () => {
  const text =
    'p10\nf20\ntIPv4\nn*:8080\nf21\ntIPv6\nn*:8081\nf22\ntIPv6\nn[::1]:9090\np11\nf5\ntIPv4\nn127.0.0.1:7070\n';
  expect(parseLsof(text)).toEqual([
    { address: '0.0.0.0', port: 8080, pid: 10, loopback: false },
    { address: '::', port: 8081, pid: 10, loopback: false },
    { address: '::1', port: 9090, pid: 10, loopback: true },
    { address: '127.0.0.1', port: 7070, pid: 11, loopback: true },
  ]);
  expect(parseLsof('')).toEqual([]);
});

test('a socket that children have inherited is one place', () => {
  const at = (pid: number, port: number) => listenerOf({ address: '0.0.0.0', port }, pid);
  expect(distinctListeners([at(12, 2), at(11, 2), at(11, 1)])).toEqual([at(11, 1), at(11, 2)]);
});

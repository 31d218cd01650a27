import type { Server } from '../../../contract/model/server.ts';
import { cpuText, listenerText, memoryText } from '../../../contract/model/usage.ts';

type Pairs = readonly (readonly [string, string | null])[];

/** What a server uses, may use and opens, for the view of one server. */
export function usageFacts({ resources, limits, listeners, pid }: Server): Pairs {
  return [
    ['CPU', resources && (resources.cpu === null ? 'being measured' : cpuText(resources.cpu))],
    ['Memory', resources && `${memoryText(resources.memoryBytes)}, ${processesText(resources.processes)}`],
    ['Limits', limitsText(limits)],
    ['Listens on', pid === null ? null : listenersText(listeners)],
  ];
}

/** `none`, or `512 MiB of memory, 150 % of a core`. */
export function limitsText(limits: Server['limits']): string {
  const { memoryMegabytes, cpuPercent, callsPerMinute, callsAtOnce, callSeconds } = limits;
  const parts = [
    ...(memoryMegabytes === undefined ? [] : [`${memoryText(memoryMegabytes * 2 ** 20)} of memory`]),
    ...(cpuPercent === undefined ? [] : [`${cpuPercent} % of a core`]),
    ...(callsPerMinute === undefined ? [] : [`${callsPerMinute} calls per minute and client`]),
    ...(callsAtOnce === undefined ? [] : [`${callsAtOnce} at once`]),
    ...(callSeconds === undefined ? [] : [`${callSeconds} s without a sign`]),
  ];
  return parts.join(', ') || 'none';
}

function listenersText(listeners: Server['listeners']): string {
  if (listeners === null) return 'not known';
  const places = listeners.map(
    (listener) => `${listenerText(listener)}${listener.loopback ? '' : ' (open to the network)'}`,
  );
  return places.join(', ') || 'nothing';
}

function processesText(count: number): string {
  return count === 1 ? '1 process' : `${count} processes`;
}

/**
 * What the core may come to hold once: the newest log lines of all servers, 32 MiB of them at most (`RING_BYTES`), up to 24 MiB of that
 * as objects of the heap when lines are short. They fill up by one or two MiB a minute. What leaks with every restart (a process with its
 * buffers, a session) is 50 kB and more, of which a minute has dozens.
 */
const HEAP_MIB = 24;
const HEAP_MIB_PER_MINUTE = 2;
/** Resident memory comes and goes with V8's pages and the allocator's, whatever the heap holds: only a lot of it is a sign, of a leak outside of the heap. */
const RSS_MIB = 80;
/** And per hour, so that a week costs no more than a few hundred MiB. */
const PER_HOUR_MIB = 2;
/** Connections to clients and clusters come and go; a leak comes with every restart, of which there are dozens. */
const DESCRIPTORS = 12;

/** How much more than at the first quiet point the heap may hold after so many minutes, in MiB. */
export function heapAllowance(minutes) {
  return Math.min(HEAP_MIB, 4 + HEAP_MIB_PER_MINUTE * minutes) + (PER_HOUR_MIB * minutes) / 60;
}

/**
 * What the quiet points of one core say; a sentence for everything that is not flat. Pure.
 * @param {{ descriptors: number, listeners: number, heap: number, rss: number, at: number }[]} points `at` in ms
 */
export function leaks(points) {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 2) return ['there were fewer than two quiet points'];
  const minutes = (last.at - first.at) / 60_000;
  const limits = [
    ['descriptors', 'descriptors', DESCRIPTORS],
    ['listeners', 'listening sockets', 0],
    ['heap', 'MiB of heap', heapAllowance(minutes)],
    ['rss', 'MiB of memory', RSS_MIB + (PER_HOUR_MIB * minutes) / 60],
  ];
  return limits.flatMap(([field, unit, more]) => {
    if (last[field] <= first[field] + more) return [];
    const allowed = (first[field] + more).toFixed(0);
    return [
      `the core has ${last[field].toFixed(0)} ${unit}, and had ${first[field].toFixed(0)}: at most ${allowed} are allowed`,
    ];
  });
}

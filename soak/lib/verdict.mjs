/**
 * How much more the heap may hold after a collection at the last quiet point than at the first, in MiB: the logs' latest lines, the
 * calls' activity and compiled code still fill up in the first minutes. What leaks with every restart (a process with its buffers, a
 * session) is 50 kB and more, of which a round has dozens.
 */
const HEAP_MIB = 12;
/** Resident memory comes and goes with V8's pages and the allocator's, whatever the heap holds: only a lot of it is a sign, of a leak outside of the heap. */
const RSS_MIB = 80;
/** And per hour between the two, so that a week costs no more than a few hundred MiB. */
const PER_HOUR_MIB = 2;
/** Connections to clients and clusters come and go; a leak comes with every restart, of which there are dozens. */
const DESCRIPTORS = 12;

/**
 * What the quiet points of one core say; a sentence for everything that is not flat. Pure.
 * @param {{ descriptors: number, listeners: number, heap: number, rss: number, at: number }[]} points `at` in ms
 */
export function leaks(points) {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 2) return ['there were fewer than two quiet points'];
  const hours = (last.at - first.at) / 3_600_000;
  const limits = [
    ['descriptors', 'descriptors', DESCRIPTORS],
    ['listeners', 'listening sockets', 0],
    ['heap', 'MiB of heap', HEAP_MIB + PER_HOUR_MIB * hours],
    ['rss', 'MiB of memory', RSS_MIB + PER_HOUR_MIB * hours],
  ];
  return limits.flatMap(([field, unit, more]) => {
    if (last[field] <= first[field] + more) return [];
    const allowed = (first[field] + more).toFixed(0);
    return [
      `the core has ${last[field].toFixed(0)} ${unit}, and had ${first[field].toFixed(0)}: at most ${allowed} are allowed`,
    ];
  });
}

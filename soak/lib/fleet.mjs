import { join } from 'node:path';
import { root } from '../../bench/lib/berth.mjs';

const fixture = (name) => join(root, 'test', 'fixtures', 'servers', name);
const node = (name, ...args) => ({ command: process.execPath, args: JSON.stringify([fixture(name), ...args]) });
const up = ['ready', 'degraded'];
const never = ['starting', 'restarting', 'failed'];

/**
 * What servers do, how many of thirty are of that kind, and in which states one of them may be when nobody does anything to it any
 * more. `given` is what is added to `servers.add`. `calls`: it answers the tool `echo`.
 */
const kinds = [
  { kind: 'stdio', share: 9, ends: up, calls: true, options: node('good-stdio.mjs') },
  {
    kind: 'http',
    share: 5,
    ends: up,
    calls: true,
    given: { transport: 'http' },
    options: node('good-http.mjs', '--port', '{port}'),
  },
  {
    kind: 'sse',
    share: 2,
    ends: up,
    calls: true,
    given: { transport: 'sse' },
    options: { ...node('good-sse.mjs', '--port', '{port}'), url: 'http://127.0.0.1:{port}/sse' },
  },
  { kind: 'family', share: 3, ends: up, calls: true, options: node('grandchildren.mjs') },
  { kind: 'stubborn', share: 2, ends: up, calls: true, options: node('ignores-sigterm.mjs') },
  { kind: 'noisy', share: 2, ends: up, calls: true, options: node('noisy-stdout.mjs') },
  { kind: 'flood', share: 2, ends: up, calls: true, options: node('floods-stderr.mjs', '20000') },
  { kind: 'crashes', share: 1, ends: ['restarting', 'failed'], options: node('crash-loop.mjs') },
  {
    kind: 'crashes-late',
    share: 1,
    ends: ['restarting', 'failed', ...up],
    options: node('crash-loop.mjs', '--after-initialize'),
  },
  { kind: 'exits', share: 1, ends: never, options: node('fails-with.mjs', '1', 'no luck today') },
  { kind: 'hangs', share: 1, ends: never, options: node('hangs-at-initialize.mjs') },
  { kind: 'missing', share: 1, ends: ['failed'], options: { command: join(root, 'no-such-program'), args: '[]' } },
];

/**
 * The servers of a run. Every kind is there when there are enough; the rest are spread by their share. Bound to the contexts in
 * turn, some to the active one and some to none.
 * @param {number} count
 * @param {string[]} contexts
 */
export function fleet(count, contexts) {
  const bindings = [...contexts, 'active', 'none'];
  const wanted = kinds.flatMap((kind) => Array.from({ length: kind.share }, (_, index) => ({ kind, index })));
  wanted.sort((a, b) => a.index - b.index);
  return Array.from({ length: count }, (_, number) => {
    const { kind } = wanted[number % wanted.length];
    return {
      slug: `${kind.kind}-${number}`,
      kind: kind.kind,
      ends: kind.ends,
      calls: kind.calls ?? false,
      add: { preset: 'command', context: bindings[number % bindings.length], options: kind.options, ...kind.given },
    };
  });
}

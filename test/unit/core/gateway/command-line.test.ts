import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandSet } from '../../../../contract/model/guard.ts';
import { commandLineProblem } from '../../../../main/core/gateway/command-line.ts';

const forbidden = [
  'kubeconfig',
  'context',
  'server',
  's',
  'token',
  'as',
  'as-group',
  'insecure-skip-tls-verify',
  'inventory-url',
  'i',
];
/** A variable as kubectl-mtv expands it. */
const variable = (name: string) => `$\{${name}}`;

const refused = { 'create image': 'it works on this machine' };
const rule = { command: 'command', flags: 'flags', forbidden, refused, categories: ['read'], filePrefix: '@' };
const anyFlag = { namespace: 'text', 'all-namespaces': 'switch', 'no-color': 'switch' } as const;
const flags = {
  output: 'text',
  watch: 'switch',
  limit: 'number',
  names: 'text',
  query: 'text',
  'vms-table': 'switch',
} as const;
const set: CommandSet = {
  commands: {
    'get plan': { category: 'read', flags },
    'get inventory vm': { category: 'read', flags: { provider: 'text' } },
    'delete plan': { category: 'write', flags: { name: 'text' } },
    'create image': { category: 'read', flags: {} },
  },
  shared: anyFlag,
};

/** What kubectl-mtv makes of the arguments: words of the command, then its flags (pkg/mcp/tools/mtv_read.go, appendNormalizedFlags). */
function argv(args: { command?: unknown; flags?: Record<string, unknown> | null }): string[] {
  const words = String(args.command ?? '')
    .split(/[\s\u0085]+/u)
    .filter(Boolean);
  const flagWords = Object.entries(args.flags ?? {}).flatMap(([name, value]) => {
    const flag = `${name.length === 1 ? '-' : '--'}${name.replaceAll('_', '-')}`;
    if (typeof value === 'boolean' || value === 'true' || value === 'false') return [`${flag}=${value}`];
    if (value === '' || value === null) return [];
    return [flag, typeof value === 'object' ? `[${String(value)}]` : String(value)];
  });
  return [...words, ...flagWords];
}

/** Reads words as Go's pflag does, with the kinds that a command's flags have; one that is not known takes no word, the worst case. */
function parsed(words: readonly string[], kinds: Readonly<Record<string, string>>) {
  const given: string[] = [];
  const positional: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return { given, positional: [...positional, ...words.slice(index + 1)] };
    if (!word.startsWith('-') || word === '-') {
      positional.push(word);
      continue;
    }
    const long = word.startsWith('--');
    const [name = '', value] = word.slice(long ? 2 : 1).split(/=(.*)/s);
    given.push(...(long ? [name] : [...name].map((letter) => `-${letter}`)));
    if (value === undefined && (kinds[name] === 'text' || kinds[name] === 'number')) index += 1;
  }
  return { given, positional };
}

describe('commandLineProblem', () => {
  it.each([
    [undefined],
    [{ command: 'get plan' }],
    [{ command: '  get \t plan ' }],
    [{ command: 'get plan', flags: { namespace: 'demo', output: 'json', watch: false, limit: 5 } }],
    [{ command: 'get plan', flags: { all_namespaces: true, 'vms-table': true, names: ['a', 'b'] } }],
    [{ command: 'get inventory vm', flags: { provider: 'my-provider_1' }, show_cli: true, fields: ['name'] }],
    [{ command: 'get plan', flags: null }],
    [{ command: 'get plan', flags: { query: "where name = 'a-b' and mail = 'me@home'", watch: 'true' } }],
  ])('lets %j pass', (args) => {
    expect(commandLineProblem(rule, set, args)).toBeNull();
  });

  it.each([
    ['a variable of the environment', { flags: { namespace: variable('AWS_SECRET_ACCESS_KEY') } }],
    ['one within a list', { flags: { names: ['a', `b${variable('HOME')}c`] } }],
    ['one in the command', { command: `get ${variable('HOME')}` }],
    ['a forbidden flag', { flags: { kubeconfig: '/other' } }],
    ['its other spelling', { flags: { insecure_skip_tls_verify: true } }],
    ['its short form', { flags: { s: 'https://evil' } }],
    ['any short form', { flags: { x: '1' } }],
    ['a name with a value in it', { flags: { 'kubeconfig=/x': '' } }],
    ['a name with dashes', { flags: { '--kubeconfig': '/x' } }],
    ['a name in capitals', { flags: { Kubeconfig: '/x' } }],
    ['an empty name', { flags: { '': '--kubeconfig=/x' } }],
    ['a name with a space', { flags: { 'watch --kubeconfig': '/x' } }],
    ['a flag as a value', { flags: { no_color: '--kubeconfig=/x' } }],
    ['a flag in a list of values', { flags: { names: ['a', '--token=x'] } }],
    ['a flag after white space', { flags: { watch: ' --server=x' } }],
    ['an object as a value', { flags: { watch: { toString: '--server' } } }],
    ['flags that are text', { flags: '--kubeconfig=/x' }],
    ['flags that are a list', { flags: ['--kubeconfig=/x'] }],
    ['a flag in the command', { command: 'get plan --kubeconfig /x' }],
    ['a short flag in the command', { command: 'get plan -s x' }],
    ['a quoted flag in the command', { command: 'get plan "--kubeconfig=/x"' }],
    ['an escaped flag in the command', { command: 'get plan \\--kubeconfig=/x' }],
    ['a flag after Go’s own white space', { command: 'get\u0085--kubeconfig\u0085/x' }],
    ['a flag after a line end', { command: 'get plan\n--server=x' }],
    ['a hidden character', { command: 'get plan \u200b--server' }],
    ['a command that is a list with a flag', { command: ['get', '--server=x'] }],
    ['a command that is a number', { command: 5 }],
    ['the name of the flags in another case', { Flags: { kubeconfig: '/x' } }],
    ['the name of the flags as Go folds it', { 'flag\u017f': { kubeconfig: '/x' } }],
    ['the name of the command in another case', { COMMAND: 'get --server=x' }],
    ['arguments that are a list', ['get']],
    ['arguments that are text', 'get --server'],
    ['a flag of another command', { command: 'get plan', flags: { provider: 'x' } }],
    ['a flag of no command', { command: 'get plan', flags: { 'no-such-flag': 'x' } }],
    ['a flag whose name every object has', { command: 'get plan', flags: { constructor: 'x' } }],
    ['a command that there is not', { command: 'get secrets' }],
    ['a command whose name every object has', { command: 'constructor' }],
    ['more words than the command has', { command: 'get plan other' }],
    ['no command', {}],
    ['a command of another category', { command: 'delete plan', flags: { name: 'x' } }],
    ['a command that is refused', { command: 'create  image' }],
    ['a word after a switch', { command: 'get plan', flags: { watch: 'other' } }],
    ['a switch in capitals, which its parser takes for a word', { command: 'get plan', flags: { watch: 'True' } }],
    ['text for a number', { command: 'get plan', flags: { limit: 'x' } }],
    ['a file of this machine', { command: 'get plan', flags: { query: '@/etc/passwd' } }],
    ['a file of this machine after white space', { command: 'get plan', flags: { names: ['a', ' @x'] } }],
  ])('refuses %s', (_name, args) => {
    const whole =
      typeof args === 'object' && !Array.isArray(args) && 'flags' in args ? { command: 'get plan', ...args } : args;
    expect(commandLineProblem(rule, set, whole)).not.toBeNull();
  });

  it('lets commands without flags pass while the program has not told its commands, and no flag', () => {
    expect(commandLineProblem(rule, null, { command: 'get plan' })).toBeNull();
    expect(commandLineProblem(rule, null, { command: 'get plan', flags: { output: 'json' } })).toContain('not known');
  });

  it('asks no set for a tool that runs no command', () => {
    const help = { command: 'command', forbidden, refused: {}, categories: [] };
    expect(commandLineProblem(help, set, { command: 'create plan' })).toBeNull();
    expect(commandLineProblem(help, set, { command: 'tsl --server x' })).not.toBeNull();
  });

  it('lets nothing but the flags of the command reach the parser, whatever is thrown at it', () => {
    const known = Object.keys({ ...flags, ...anyFlag });
    const names = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...known, ...known.map((name) => name.replaceAll('-', '_'))) },
      fc.constantFrom(...forbidden, 'KUBECONFIG', 'kube_config', 'as_group', '-s', '--as', 'as=', 'provider'),
      fc.string({ maxLength: 12 }),
    );
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom(
        '--kubeconfig=/x',
        '-s',
        ' --as=root',
        '\t-i',
        'plain',
        '\u0085--token',
        '"--token"',
        '@/x',
        '--',
      ),
    );
    const values = fc.oneof(
      texts,
      fc.boolean(),
      fc.constantFrom('true', 'false', 'True', ''),
      fc.integer({ min: -5 }),
      fc.array(texts, { maxLength: 3 }),
      fc.jsonValue(),
    );
    const command = fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom('get plan', ' get  inventory vm') },
      fc.array(fc.oneof(texts, fc.constantFrom('get', 'plan')), { maxLength: 5 }).map((words) => words.join(' ')),
    );
    let passed = 0;
    fc.assert(
      fc.property(command, fc.dictionary(names, values, { maxKeys: 4 }), (words, given) => {
        if (commandLineProblem(rule, set, { command: words, flags: given }) !== null) return;
        passed += 1;
        const path = words.split(/[\s\u0085]+/u).filter(Boolean);
        const kinds = { ...set.commands[path.join(' ')]?.flags, ...set.shared };
        const reached = parsed(argv({ command: words, flags: given }), kinds);
        expect(reached.positional).toEqual(path);
        expect(reached.given.filter((name) => !Object.hasOwn(kinds, name) || forbidden.includes(name))).toEqual([]);
        const asked = new Set(Object.keys(given).map((name) => name.replaceAll('_', '-')));
        expect(reached.given.filter((name) => !asked.has(name))).toEqual([]);
      }),
      { numRuns: 10_000 },
    );
    // The property says nothing if nothing ever passes.
    expect(passed).toBeGreaterThan(500);
  });
});

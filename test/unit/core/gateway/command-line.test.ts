import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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

const rule = { command: 'command', flags: 'flags', forbidden };

/** What kubectl-mtv does with the arguments: words of the command, then `--name value` of each flag (its util.go). */
function argv(args: { command?: unknown; flags?: Record<string, unknown> }): string[] {
  const words = String(args.command ?? '')
    .split(/[\s\u0085]+/u)
    .filter(Boolean);
  const flags = Object.entries(args.flags ?? {}).flatMap(([name, value]) => {
    const flag = name.length === 1 ? `-${name}` : `--${name.replaceAll('_', '-')}`;
    if (value === true) return [flag];
    return (Array.isArray(value) ? value : [value]).flatMap((item) => [flag, String(item)]);
  });
  return [...words, ...flags];
}

/** The names that pflag would read from such words, every word that begins with a dash taken as a flag: the worst case. */
function flagNames(words: string[]): string[] {
  return words
    .filter((word) => word.startsWith('-'))
    .flatMap((word) => {
      const name = word.replace(/^-+/, '').split('=', 1)[0] ?? '';
      return word.startsWith('--') ? [name] : [...name];
    });
}

describe('commandLineProblem', () => {
  it.each([
    [undefined],
    [{}],
    [{ command: 'get plan' }],
    [{ command: 'get plan', flags: { namespace: 'demo', output: 'json', watch: false, limit: 5 } }],
    [{ command: 'get plan', flags: { all_namespaces: true, 'vms-table': true, names: ['a', 'b'] } }],
    [{ command: 'get inventory vm my-provider_1', show_cli: true, fields: ['name'] }],
    [{ command: 'get plan', flags: null }],
    [{ flags: { query: "where name = 'a-b'" } }],
  ])('lets %j pass', (args) => {
    expect(commandLineProblem(rule, args)).toBeNull();
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
  ])('refuses %s', (_name, args) => {
    expect(commandLineProblem(rule, args)).not.toBeNull();
  });

  it('never lets a forbidden flag reach the parser, whatever is thrown at it', () => {
    const names = fc.oneof(
      fc.constantFrom(...forbidden, 'KUBECONFIG', 'kube_config', 'as_group', 'watch', '-s', '--as', 'as='),
      fc.string({ maxLength: 12 }),
    );
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom('--kubeconfig=/x', '-s', ' --as=root', '\t-i', 'plain', '\u0085--token', '"--token"'),
    );
    const values = fc.oneof(
      texts,
      fc.boolean(),
      fc.integer({ min: 0 }),
      fc.array(texts, { maxLength: 3 }),
      fc.jsonValue(),
    );
    const command = fc
      .array(fc.oneof(texts, fc.constantFrom('get', 'plan')), { maxLength: 5 })
      .map((words) => words.join(' '));
    let passed = 0;
    fc.assert(
      fc.property(command, fc.dictionary(names, values, { maxKeys: 4 }), (words, flags) => {
        if (commandLineProblem(rule, { command: words, flags }) !== null) return;
        passed += 1;
        const reached = flagNames(argv({ command: words, flags }));
        expect(reached.filter((name) => forbidden.includes(name) || name.length === 1)).toEqual([]);
        const given = new Set(Object.keys(flags).map((name) => name.replaceAll('_', '-')));
        expect(reached.filter((name) => !given.has(name))).toEqual([]);
      }),
      { numRuns: 10_000 },
    );
    // The property says nothing if nothing ever passes.
    expect(passed).toBeGreaterThan(500);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readPlainYaml } from '../../../../main/core/kube/plain-yaml.ts';

const fully = (text: string): unknown => parse(text, { uniqueKeys: false, merge: true, logLevel: 'silent' });

/** What programs write: each of these must be read without a full parser. */
const plain: readonly [name: string, text: string][] = [
  [
    'kubectl',
    `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM/+==
    server: https://127.0.0.1:6443
  name: kind-kind
contexts:
- context:
    cluster: kind-kind
    user: kind-kind
  name: kind-kind
current-context: ""
kind: Config
preferences: {}
users: []
`,
  ],
  [
    'a login program',
    `users:
- name: arn:aws:eks:eu-central-1:123456789012:cluster/one
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - --region
      - eu-central-1
      - -v
      - eks
      command: aws
      env:
      - name: AWS_PROFILE
        value: "123"
      - name: EMPTY
        value: ''
      interactiveMode: IfAvailable
      provideClusterInfo: false
      installHint: Install the AWS CLI, see https://aws.amazon.com/cli for how; it's free
`,
  ],
  [
    'minikube, with deeper lists and its extensions',
    `clusters:
  - cluster:
      certificate-authority: /home/me/.minikube/ca.crt
      extensions:
        - extension:
            last-update: Thu, 01 Feb 2024 10:00:00 UTC
            provider: minikube.sigs.k8s.io
            version: v1.32.0
          name: cluster_info
      server: https://192.168.49.2:8443
    name: minikube
`,
  ],
  [
    'a first line, comments, empty lines, Windows ends',
    '---\n# made by hand\r\n\r\na:   b   # why\r\n  # inside\r\nc: d#e\r\nf: {g: h} # i}\n',
  ],
  ['nothing under keys', 'a:\nb:\n- c:\n  d: e\n-   f: g\n    h: null\ni: true\nj: 12\nk: 0\nl: []\n'],
  [
    'somebody who likes brackets',
    `clusters: [{name: c, cluster: {server: "https://c", insecure-skip-tls-verify: true}}]
users:
- {name: u, user: {token: a b, exec: {command: /bin/x, args: [--a, -b, 'c, d', 5, []], env: [ ]}}} # me
contexts: [ { name: x, context: { cluster: c, user: u, namespace: a:b } } ]
`,
  ],
  ['no line end at the end', 'a: b'],
];

/** What must be left to the full parser: it means something else than it seems, or is wrong. */
const unsure: readonly string[] = [
  '',
  '# nothing\n',
  'text\n',
  'a: yes\n',
  'a: NO\n',
  'a: Null\n',
  'a: ~\n',
  'y: a\n',
  'true: a\n',
  'a: 1.5\n',
  'a: 017\n',
  'a: 0x1f\n',
  'a: 1_000\n',
  'a: 2024-01-01\n',
  'a: .inf\n',
  'a: -.inf\n',
  'a: -1\n',
  'a: "b\\n"\n',
  "a: 'it''s'\n",
  'a: |\n  b\n',
  'a: b\n  c\n',
  'a: b\n  c: d\n',
  'a: b\n  - c\n',
  '- a\n  b: c\n',
  '- a\n b\n',
  'a: &x b\nc: *x\n',
  'a: !!str 1\n',
  'a: {b: c\n',
  'a: {b: c,\n  d: e}\n',
  'a: {b: c,}\n',
  'a: {b}\n',
  'a: {b:c}\n',
  'a: {b: }\n',
  'a: {b: c, b: d}\n',
  'a: {"b": c}\n',
  'a: {b: yes}\n',
  'a: {b: c]\n',
  'a: {b: c}}\n',
  'a: {b: c} d\n',
  'a: [b: c]\n',
  'a: [b,,c]\n',
  'a: [b, ]\n',
  'a: [,]\n',
  'a: ["b" c]\n',
  'a: ["b"c]\n',
  'a: [b #c]\n',
  'a: [b#c]\n',
  `a: ${'['.repeat(60)}${']'.repeat(60)}\n`,
  'a: b: c\n',
  'a: b:\n',
  'a: b\na: c\n',
  'a:\n  b: c\n d: e\n',
  'a:\n    b: c\n  d: e\n',
  '  a: b\nc: d\n',
  '- a\nb: c\n',
  'a:\n- b\n- \n',
  '- - a\n',
  'a: "b"#c\n',
  'a: b\n---\nc: d\n',
  'a: b\n...\n',
  '? a\n: b\n',
  '"a": b\n',
  '<<: a\n',
  '__proto__: a\n',
  '%YAML 1.1\n---\na: b\n',
  '\uFEFFa: b\n',
  'a:\tb\n',
  'a: b\tc\n',
  'a: \u00e9\n',
  'a: @b\n',
  'a: `b\n',
  'a: "b\n',
  `${' '.repeat(300)}a: b\n`,
];

describe('readPlainYaml', () => {
  it.each(plain)('reads what %s writes, as a full parser does', (_name, text) => {
    const read = readPlainYaml(text);
    expect(read).toBeDefined();
    expect(read).toEqual(fully(text));
  });

  it.each(unsure)('is not sure of %j', (text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  it('gives up on long lines without delay', () => {
    const started = performance.now();
    for (const part of ['} # ', 'a ', 'a:', '{', "'", ' ', 'a: {', '- ', '"']) {
      expect(readPlainYaml(`a: {${part.repeat(1_000_000)}\t\n`)).toBeUndefined();
      expect(readPlainYaml(`a: b${part.repeat(1_000_000)}\t\n`)).toBeUndefined();
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('answers what a full parser answers, for whatever is written by one', () => {
    const word = fc.string({
      unit: fc.constantFrom(...'abcyntruefals019:#-/.,{}[]"\'=+_ &*!|>%@`~\n\t\u00e9'.split('')),
      maxLength: 12,
    });
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        word,
        fc.constantFrom('true', 'no', 'null', '1', '', true, null, 7, -1, 1.5),
        fc.dictionary(word, tie('value'), { maxKeys: 4, noNullPrototype: true }),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    }));
    let sure = 0;
    fc.assert(
      fc.property(value, fc.boolean(), fc.constantFrom('any', 'flow'), (tree, indentSeq, collectionStyle) => {
        const text = stringify(tree, { indentSeq, collectionStyle, lineWidth: 0 });
        const read = readPlainYaml(text);
        if (read === undefined) return;
        sure++;
        expect(read).toEqual(fully(text));
      }),
      { numRuns: 4_000 },
    );
    expect(sure).toBeGreaterThan(50);
  });

  it('answers what a full parser answers, for lines put together at random', () => {
    const line = fc
      .tuple(
        fc.constantFrom('', '', ' ', '  ', '  ', '    '),
        fc.constantFrom('', '', '- ', '-  ', '-'),
        fc.constantFrom('', 'a:', 'b: ', 'c:  ', 'd', '#', '"e": ', 'a:b: '),
        fc.constantFrom(
          '',
          '',
          'x',
          'x y',
          'x: y',
          '/z',
          '--f',
          '5',
          '05',
          'yes',
          "'q'",
          '"q"',
          '{}',
          '[]',
          '{',
          '&h',
          'x #c',
          '#c',
          'x#c',
        ),
        fc.constantFrom('\n', '\n', '\r\n', ' \n', '\n\n', ' # c\n'),
      )
      .map((parts) => parts.join(''));
    let sure = 0;
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const text = lines.join('');
        const read = readPlainYaml(text);
        if (read === undefined) return;
        sure++;
        expect(read).toEqual(fully(text));
      }),
      { numRuns: 20_000 },
    );
    expect(sure).toBeGreaterThan(500);
  });

  it('answers what a full parser answers, for brackets put together at random', () => {
    const token = fc.constantFrom(
      ...'{ } [ ] , : # a b: b:c "d" \'e\' 5 /f --g https://h:1 yes'.split(' '),
      ' ',
      ' ',
      ', ',
      ': ',
    );
    let sure = 0;
    fc.assert(
      fc.property(fc.array(token, { maxLength: 10 }), fc.constantFrom('{}', '[]'), (tokens, [open, close]) => {
        const text = `k: ${open}${tokens.join('')}${close}\n`;
        const read = readPlainYaml(text);
        if (read === undefined) return;
        sure++;
        expect(read).toEqual(fully(text));
      }),
      { numRuns: 20_000 },
    );
    expect(sure).toBeGreaterThan(100);
  });
});

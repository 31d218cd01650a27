import { expect, test } from 'vitest';
import { checkTree } from './planted-tree.ts';

const guide = ['# User guide', '## Two words', '## Two words', '## `berth use` & more', ''].join('\n');

test('links that lead somewhere pass, and what stands in code is no link', async () => {
  const readme = [
    '[guide](docs/guide.md) [heading](docs/guide.md#two-words) [again](docs/guide.md#two-words-1)',
    '[code](docs/guide.md#berth-use--more) [here](#top) ![picture](docs/a%20b.png) [web](https://example.org/x#y)',
    '# Top',
    '`[not](a-link.md)`',
    '```',
    '[not](a-link.md)',
    '```',
  ];
  const files = { 'README.md': readme.join('\n'), 'docs/guide.md': guide, 'docs/a b.png': '' };
  expect(await checkTree('docs-links', files)).toMatchObject({ code: 0 });
});

test('broken links are reported with file and line', async () => {
  const readme = [
    '',
    '[a](docs/none.md)',
    '[b](docs/guide.md#three)',
    '<img src="docs/none.png">',
    '[c]: ../outside.md',
  ];
  const { code, lines } = await checkTree('docs-links', { 'README.md': readme.join('\n'), 'docs/guide.md': guide });
  expect(lines.filter((line) => line.startsWith('README.md'))).toEqual([
    'README.md:2 links to docs/none.md: there is no such file',
    'README.md:3 links to docs/guide.md#three: there is no such heading',
    'README.md:4 links to docs/none.png: there is no such file',
    'README.md:5 links to ../outside.md: it leaves the repository',
  ]);
  expect(code).toBe(1);
});

test('what looks like a credential is reported, the word for it is not', async () => {
  // Put together here, so that this file does not look like what it plants.
  const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'x'.repeat(43)].join('.');
  const { code, lines } = await checkTree('secrets', {
    'words.md': 'A token, a secret and a BEGIN PRIVATE KEY header; client-key-data: REDACTED',
    'aws.env': `AWS_ACCESS_KEY_ID=${'AKIA'}${'ABCDEFGH12345678'}`,
    'github.yaml': `\ntoken: ${'ghp_'}${'a1B2'.repeat(9)}`,
    'jwt.json': `{"t":"${jwt}"}`,
    'key.pem': `-----BEGIN ${'PRIVATE'} KEY-----\n${'MIIEvQ'.repeat(20)}\n`,
    config: `client-key-data: ${'LS0tLS1C'.repeat(20)}`,
  });
  expect(lines.filter((line) => line.includes(' looks like '))).toEqual([
    'aws.env:1 looks like an AWS access key',
    'config:1 looks like a client key of a kubeconfig',
    'github.yaml:2 looks like a GitHub token',
    'jwt.json:1 looks like a JSON Web Token',
    'key.pem:1 looks like a private key',
  ]);
  expect(code).toBe(1);
});

import { expect, test } from 'vitest';
import { bundled } from './bundled.ts';

/** What the real programs wrote when they could not start: kubectl-mtv 0.3.25 and 0.2.8, MKP 0.4.3. */
const lastWords: [preset: string, line: string, code: string, permanent: boolean][] = [
  ['kubectl-mtv', 'Error: listen tcp 127.0.0.1:4599: bind: address already in use', 'port-in-use', false],
  ['kubectl-mtv', 'Error: unknown flag: --sse', 'invalid-config', true],
  ['kubectl-mtv', 'Error: unknown flag: --http', 'invalid-config', true],
  [
    'kubectl-mtv',
    'Error: invalid --output-format value "yaml": must be one of: json, text, markdown',
    'invalid-config',
    true,
  ],
  ['kubectl-mtv', 'Error: open /nope.pem: no such file or directory', 'invalid-config', true],
  ['kubectl-mtv', 'Error: tls: failed to find any PEM data in certificate input', 'invalid-config', true],
  [
    'mkp',
    '2026/11/21 10:48:48 Server error: listen tcp 127.0.0.1:45999: bind: address already in use',
    'port-in-use',
    false,
  ],
  [
    'mkp',
    '2026/11/21 10:48:48 Failed to create Kubernetes client: failed to get Kubernetes config: stat /nope: no such file or directory',
    'invalid-config',
    true,
  ],
  [
    'mkp',
    "2026/11/21 10:48:48 Invalid transport: streaming-http. Must be 'sse' or 'streamable-http'",
    'invalid-config',
    true,
  ],
  ['mkp', 'flag provided but not defined: -nope', 'invalid-config', true],
  ['mcp-server-kubernetes', 'ALLOWED_TOOLS contains unknown tool name: kubectl_got', 'invalid-config', true],
];

test.each(lastWords)('%s: %s', async (id, line, code, permanent) => {
  const { failures } = await bundled(id);
  const usage = ['Usage:', '  kubectl-mtv mcp-server [flags]', 'Flags:', '  -h, --help   help for mcp-server'];
  const first = failures.find(({ pattern }) => [line, ...usage].some((said) => new RegExp(pattern, 'i').test(said)));
  expect(first).toMatchObject({ code, permanent });
});

/**
 * The AI clients that npm has, in exactly these versions, by the id of their row in `assets/clients`. `package` is the one that holds
 * the program for a platform, so that no install script has to fetch it; `file` is relative to the package; `node` is the major
 * version that a JavaScript program needs.
 * @typedef {{ package: string, version: string, file: string, node?: number }} ClientPackage
 */

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const nodePlatform = `${process.platform}-${process.arch}`;
const exe = process.platform === 'win32' ? '.exe' : '';

/** Where Codex' package for a platform keeps its program. */
const rustTriples = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
  'win32-x64': 'x86_64-pc-windows-msvc',
  'win32-arm64': 'aarch64-pc-windows-msvc',
};

/** @type {Record<string, ClientPackage>} */
export const clientPackages = {
  'claude-code': {
    package: `@anthropic-ai/claude-code-${nodePlatform}`,
    version: '2.1.330',
    file: `claude${exe}`,
  },
  codex: {
    package: '@openai/codex',
    version: `0.169.0-${nodePlatform}`,
    file: `vendor/${rustTriples[nodePlatform]}/bin/codex${exe}`,
  },
  'gemini-cli': { package: '@google/gemini-cli', version: '0.61.0', file: 'bundle/gemini.js', node: 20 },
  'qwen-code': { package: '@qwen-code/qwen-code', version: '0.24.4', file: 'cli.js', node: 22 },
  opencode: { package: `opencode-${platform}`, version: '1.18.33', file: `bin/opencode${exe}` },
  'copilot-cli': { package: `@github/copilot-${nodePlatform}`, version: '1.0.102', file: `copilot${exe}` },
  amp: { package: `@ampcode/cli-${nodePlatform}`, version: '0.0.1790142911-g7618fb', file: `amp${exe}` },
  cline: { package: `@cline/cli-${platform}`, version: '3.0.65', file: `bin/cline${exe}` },
};

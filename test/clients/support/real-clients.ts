import { answerInList, listedIn } from './answers.ts';
import type { Answer, RealClient, Terminal } from './real-client.ts';
import { startRecordingModel } from './recording-model.ts';

const otherProgram = ['/bin/true', 'other'] as const;

/** What Gemini CLI and its descendant Qwen Code have in common. */
const likeGemini: Pick<RealClient, 'contacts' | 'callsItself' | 'ask' | 'knows' | 'addByUrl' | 'addOther'> = {
  contacts: true,
  callsItself: 'mcp-test-client',
  ask: async (terminal, name) =>
    answerInList(await terminal.run(['mcp', 'list']), name, /- Connected$/, /- Disconnected$/),
  knows: knowsByList(['mcp', 'list']),
  addByUrl: (name, url, authorization) => {
    const header = `Authorization: ${authorization}`;
    return ['mcp', 'add', '-s', 'user', '-t', 'http', '-H', header, name, url];
  },
  addOther: ['mcp', 'add', '-s', 'user', 'other', ...otherProgram],
};

/** The clients of packages.mjs, by the id of their row: how each is asked, as far as its vendor documents it. */
export const realClients = {
  'claude-code': {
    id: 'claude-code',
    program: 'claude',
    env: { DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
    contacts: true,
    callsItself: 'claude-code',
    ask: async (terminal, name) => answerInList(await terminal.run(['mcp', 'list']), name, /Connected$/, /Failed/),
    knows: knowsByList(['mcp', 'list']),
    addByUrl: (name, url, authorization) => [
      'mcp',
      'add',
      '-s',
      'user',
      '-t',
      'http',
      name,
      url,
      '-H',
      `Authorization: ${authorization}`,
    ],
    addOther: ['mcp', 'add', '-s', 'user', 'other', '--', ...otherProgram],
    stricter: { 'a byte order mark': 'versions of 2025 could not read it, issue 9906' },
  },
  codex: {
    id: 'codex',
    program: 'codex',
    env: {},
    contacts: true,
    callsItself: 'codex-mcp-client',
    ask: askCodex,
    knows: async (terminal, name) => (await terminal.run(['mcp', 'get', name])).code === 0,
    addOther: ['mcp', 'add', 'other', '--', ...otherProgram],
  },
  'gemini-cli': {
    id: 'gemini-cli',
    program: 'gemini',
    // In a folder that it does not trust it contacts nothing.
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true', GEMINI_TELEMETRY_ENABLED: 'false' },
    ...likeGemini,
  },
  'qwen-code': {
    id: 'qwen-code',
    program: 'qwen',
    env: { QWEN_TELEMETRY_ENABLED: 'false' },
    ...likeGemini,
  },
  opencode: {
    id: 'opencode',
    program: 'opencode',
    env: { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' },
    contacts: true,
    callsItself: 'opencode',
    ask: async (terminal, name) =>
      answerInList(await terminal.run(['mcp', 'list']), name, / connected$/, / failed$| needs authentication$/),
    knows: knowsByList(['mcp', 'list']),
    addByCommand: (name, command) => ['mcp', 'add', name, '--', ...command],
    addByUrl: (name, url, authorization) => [
      'mcp',
      'add',
      name,
      '--url',
      url,
      '--header',
      `Authorization=${authorization}`,
    ],
    addOther: ['mcp', 'add', 'other', '--', ...otherProgram],
  },
  'copilot-cli': {
    id: 'copilot-cli',
    program: 'copilot',
    env: { COPILOT_AUTO_UPDATE: 'false', COPILOT_OFFLINE: 'true' },
    contacts: true,
    callsItself: 'copilot-cli',
    ask: askCopilot,
    knows: knowsByList(['mcp', 'list']),
    addByUrl: (name, url, authorization) => [
      'mcp',
      'add',
      '--transport',
      'http',
      '--header',
      `Authorization: ${authorization}`,
      name,
      url,
    ],
    addOther: ['mcp', 'add', 'other', '--', ...otherProgram],
  },
  amp: {
    id: 'amp',
    program: 'amp',
    env: {},
    // `amp mcp doctor` contacts servers, with an account only.
    contacts: false,
    callsItself: null,
    ask: async (terminal, name) => listedIn(await terminal.run(['mcp', 'list']), name),
    knows: knowsByList(['mcp', 'list']),
    addByUrl: (name, url, authorization) => ['mcp', 'add', name, '--header', `Authorization=${authorization}`, url],
    addOther: ['mcp', 'add', 'other', '--', ...otherProgram],
  },
  cline: {
    id: 'cline',
    program: 'cline',
    env: { CLINE_NO_AUTO_UPDATE: '1' },
    contacts: false,
    callsItself: null,
    ask: async (terminal, name) => listedIn(await terminal.run(['config', 'mcp']), name),
    knows: knowsByList(['config', 'mcp']),
    addOther: ['mcp', 'install', 'other', '--yes', '--', ...otherProgram],
  },
} as const satisfies Record<string, RealClient>;

function knowsByList(args: readonly string[]): RealClient['knows'] {
  return async (terminal, name) => listedIn(await terminal.run(args), name).state === 'listed';
}

/** `codex mcp list` reads the file only; its app server, which editors talk to, starts the servers and says what came of it. */
async function askCodex(terminal: Terminal, name: string): Promise<Answer> {
  const { result } = await terminal.converse(
    ['app-server', '-c', 'analytics.enabled=false', '-c', 'check_for_update_on_startup=false'],
    [
      { id: 1, method: 'initialize', params: { clientInfo: { name: 'berth-test', version: '1' } } },
      { method: 'initialized' },
      { id: 2, method: 'mcpServerStatus/list', params: {} },
    ],
  );
  const { data } = result as { data: { name: string; tools: object; toolsError: string | null }[] };
  const server = data.find((each) => each.name === name);
  if (server === undefined) return { state: 'absent', words: JSON.stringify(data.map((each) => each.name)) };
  const tools = Object.keys(server.tools);
  return tools.length > 0
    ? { state: 'connected', words: `tools ${tools.join(' ')}` }
    : { state: 'not-connected', words: server.toolsError ?? 'no tools' };
}

/** `copilot mcp list` reads the file only; a prompt connects to the servers, and the model is offered their tools. */
async function askCopilot(terminal: Terminal, name: string): Promise<Answer> {
  const model = await startRecordingModel();
  try {
    const env = { COPILOT_PROVIDER_BASE_URL: model.url, COPILOT_MODEL: 'recording' };
    const { stdout, stderr, code } = await terminal.run(['-p', 'Say that you are done.', '--allow-all-tools'], { env });
    if (model.tools.size === 0) throw new Error(`it asked no model (exit code ${code})\n${stdout}\n${stderr}`);
    const tools = [...model.tools].filter((tool) => tool.startsWith(`${name}-`));
    if (tools.length > 0) return { state: 'connected', words: `tools ${tools.join(' ')}` };
    const listed = listedIn(await terminal.run(['mcp', 'list']), name);
    return listed.state === 'absent' ? listed : { state: 'not-connected', words: [...model.tools].join(' ') };
  } finally {
    await model.stop();
  }
}

import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startBerth } from './lib/berth.mjs';
import { during } from './lib/during.mjs';
import { percentile } from './lib/stats.mjs';

/** Characters of JSON for one token: rough, but the same on both sides. */
const CHARACTERS = 4;
/** Of what every tool costs, for what is shown and one search. */
const TOKENS = 0.2;
/** Of the searches that a model asks. */
const FOUND = 95;
/** Of the questions as people ask them, which a model puts into other words before it searches. */
const FOUND_RAW = 80;

const everyToolset = 'core,config,helm,kcp,kiali,kubevirt,netobserv,tekton';
/** The presets of Kubernetes servers, with every tool that their programs have. */
const wanted = [
  { preset: 'kubernetes-mcp-server', options: { toolsets: everyToolset } },
  { preset: 'mcp-server-kubernetes', options: {} },
  { preset: 'kubectl-mtv', options: {} },
  { preset: 'mkp', options: {} },
];

export const bench = {
  name: 'tool-search',
  title:
    "search mode of /all beside a list of every tool, on the real servers' tools: tokens, and whether it finds the right ones",
  async run({ folder, log }) {
    return during(startBerth(`${folder}/b`, { args: ['--demo'] }), (berth) => measure(berth, log));
  },
};

async function measure({ control }, log) {
  const docked = await dock(control, log);
  if (docked.length === 0) return { rows: [], notes: [], skipped: 'no Kubernetes MCP server is on this machine' };
  const { url, headers } = await control.call('endpoint.mint', { slug: 'all', name: 'bench' });
  const every = await connect(`${url}?mode=tools`, headers);
  const search = await connect(`${url}?mode=search`, headers);
  try {
    const listed = (await every.listTools()).tools;
    const shown = (await search.listTools()).tools;
    const answered = await answers(search, listed);
    const told = { every: every.getInstructions() ?? '', search: search.getInstructions() ?? '' };
    return { rows: rows({ listed, shown, answered, told }), notes: notes({ docked, listed, answered, told }) };
  } finally {
    await every.close();
    await search.close();
  }
}

/** Docks and starts what is there; answers the slugs. */
async function dock(control, log) {
  const presets = await control.call('presets.list');
  const [demo] = (await control.call('contexts.list')).filter((context) => context.demo && !context.production);
  const found = wanted.filter(({ preset }) => presets.find(({ id }) => id === preset)?.found);
  for (const { preset, options } of found) {
    await control.call('servers.add', { slug: preset, preset, context: demo.ref, guard: 'full', options });
  }
  const slugs = found.map(({ preset }) => preset);
  log(`starting ${slugs.join(', ')}`);
  if (slugs.length === 0) return [];
  const servers = await control.call('servers.start', { slugs, waitMs: 120_000 });
  const down = servers.filter(({ state }) => state !== 'ready' && state !== 'degraded');
  if (down.length > 0)
    throw new Error(`not ready: ${down.map(({ slug, error }) => `${slug}: ${error?.message}`).join('; ')}`);
  return slugs;
}

async function connect(url, headers) {
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return client;
}

/** Each question that one of these tools answers: in which place a right tool was found (0 = none of five), what it cost, how long it took. */
async function answers(client, listed) {
  const names = new Set(listed.map(({ name }) => name.split('__')[1]));
  const { tuned, heldOut, fresh } = JSON.parse(readFileSync(new URL('tool-questions.json', import.meta.url), 'utf8'));
  const sets = {
    tuned: tuned.map(asAsked),
    heldOut: heldOut.map(asAsked),
    fresh: fresh.map(asAsked),
    called: fresh.map(({ call, tools }) => ({ args: call, tools })),
  };
  const answered = {};
  for (const [set, questions] of Object.entries(sets)) {
    answered[set] = [];
    for (const { args, tools } of questions.filter((question) => question.tools.some((tool) => names.has(tool)))) {
      const began = performance.now();
      const result = await client.callTool({ name: 'find_tool', arguments: args });
      const ms = performance.now() - began;
      const place = result.structuredContent.tools.findIndex(({ name }) => tools.includes(name.split('__')[1])) + 1;
      answered[set].push({ place, ms, tokens: tokensOf(result.content[0].text) });
    }
  }
  return answered;
}

function asAsked({ ask, tools }) {
  return { args: { tool_description: ask, tool_keywords: [] }, tools };
}

function tokensOf(value) {
  return Math.round((typeof value === 'string' ? value : JSON.stringify(value)).length / CHARACTERS);
}

function rows({ listed, shown, answered, told }) {
  const every = tokensOf(listed) + tokensOf(told.every);
  const found = Object.values(answered).flat();
  const perSearch = found.reduce((sum, { tokens }) => sum + tokens, 0) / found.length;
  const raw = [answered.tuned, answered.heldOut, answered.fresh].flat();
  return [
    tokens('tokens of what is shown', tokensOf(shown) + tokensOf(told.search), every, null),
    tokens(
      'tokens of what is shown, and one search',
      tokensOf(shown) + tokensOf(told.search) + perSearch,
      every,
      TOKENS,
    ),
    rate(`right tool among the first 5, as a model calls it (${answered.called.length})`, answered.called, 5, FOUND),
    rate(`right tool first, as a model calls it (${answered.called.length})`, answered.called, 1, null),
    rate(`among the first 5, every question as asked (${raw.length})`, raw, 5, FOUND_RAW),
    rate(`first, every question as asked (${raw.length})`, raw, 1, null),
    ...['tuned', 'heldOut', 'fresh'].map((set) =>
      rate(`among the first 5, as asked: ${set} (${answered[set].length})`, answered[set], 5, null),
    ),
  ];
}

function tokens(figure, berth, peer, limit) {
  const ratio = berth / peer;
  const bar = limit === null ? null : `≤ ${limit}`;
  return { figure, berth: Math.round(berth), peer, unit: 'tokens', ratio, bar, ok: limit === null || ratio <= limit };
}

function rate(figure, answered, first, least) {
  const hits = answered.filter(({ place }) => place > 0 && place <= first).length;
  const percent = answered.length === 0 ? 0 : (100 * hits) / answered.length;
  const bar = least === null ? null : `≥ ${least} %`;
  return { figure, berth: percent, peer: null, unit: '%', ratio: null, bar, ok: least === null || percent >= least };
}

function notes({ docked, listed, answered }) {
  const ms = Object.values(answered).flatMap((set) => set.map((one) => one.ms));
  const counts = docked.map((slug) => `${slug} ${listed.filter(({ name }) => name.startsWith(`${slug}__`)).length}`);
  const left = wanted.filter(({ preset }) => !docked.includes(preset)).map(({ preset }) => preset);
  return [
    `Tools: ${counts.join(', ')}${left.length > 0 ? `; not on this machine: ${left.join(', ')}` : ''}. Questions that none of them answers were left out.`,
    `A token is counted as ${CHARACTERS} characters of JSON; instructions are counted on both sides. The peer lists every tool, which always holds the right one.`,
    'As asked: the words of the person, without keywords. The ranking was tuned with `tuned` and `heldOut`, in this order, and never with `fresh` (bench/tool-questions.json).',
    `A search took ${percentile(ms, 0.5).toFixed(1)} ms (median) over HTTP.`,
  ];
}

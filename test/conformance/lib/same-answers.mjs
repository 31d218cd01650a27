import { PlainClient } from './plain-client.mjs';

/** What a tool is called with, where it needs anything. */
const toolArguments = {
  test_sampling: { prompt: 'What is the capital of France?' },
  test_elicitation: { message: 'Who are you?' },
  json_schema_2020_12_tool: { name: 'Ann', contactMethod: 'email', email: 'ann@example.com' },
};
const promptArguments = {
  test_prompt_with_arguments: { arg1: 'ä 1', arg2: '"2"' },
  test_prompt_with_embedded_resource: { resourceUri: 'test://example-resource' },
};
const uris = ['test://static-text', 'test://static-binary', 'test://template/7/data', 'test://no-such-resource'];
const lists = ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'];

/** Answers of the client to what the fixture asks: the same for every run, so that what comes back can be compared. */
const replies = {
  'sampling/createMessage': () => ({
    role: 'assistant',
    content: { type: 'text', text: 'Paris' },
    model: 'none',
    stopReason: 'endTurn',
  }),
  'elicitation/create': ({ requestedSchema }) => ({ action: 'accept', content: formFor(requestedSchema) }),
  'roots/list': () => ({ roots: [{ uri: 'file:///work', name: 'work' }] }),
};

/** A value for each required field; the fixture's forms have texts and booleans only. */
function formFor({ properties = {}, required = [] }) {
  return Object.fromEntries(required.map((name) => [name, properties[name]?.type === 'boolean' ? true : 'a text']));
}

/**
 * What the fixture says behind a URL, as text: every list, prompt, resource and tool, with all that is said before an answer. What
 * Berth has no business to change is the same text behind every route.
 * @param {string} url
 * @returns {Promise<Map<string, string>>}
 */
export async function answersOf(url) {
  const client = new PlainClient(url, replies);
  await client.open();
  const answers = new Map();
  const ask = async (name, method, params) => {
    const said = await client.request(method, params).catch((error) => ({ failed: error.message }));
    answers.set(name, JSON.stringify(said));
    return said.answer?.result;
  };
  const [tools, prompts] = [await ask(lists[0], lists[0], {}), await ask(lists[1], lists[1], {})];
  for (const method of lists.slice(2)) await ask(method, method, {});
  for (const uri of uris) await ask(uri, 'resources/read', { uri });
  const ref = { type: 'ref/prompt', name: 'test_prompt_with_arguments' };
  await ask('completion', 'completion/complete', { ref, argument: { name: 'arg1', value: 'pa' } });
  for (const { name } of prompts?.prompts ?? []) {
    await ask(`prompt ${name}`, 'prompts/get', { name, arguments: promptArguments[name] ?? {} });
  }
  for (const { name } of tools?.tools ?? []) {
    const _meta = { progressToken: `for ${name}` };
    await ask(`tool ${name}`, 'tools/call', { name, arguments: toolArguments[name] ?? {}, _meta });
  }
  await client.close();
  return answers;
}

/**
 * Where the answers of a route are not those of the fixture itself.
 * @param {ReadonlyMap<string, string>} direct
 * @param {ReadonlyMap<string, string>} route
 */
export function differences(direct, route) {
  return [...direct].flatMap(([name, wanted]) => {
    const got = route.get(name);
    return got === wanted ? [] : [{ name, wanted, got: got ?? 'nothing' }];
  });
}

/**
 * The tools among these that are not refused by Berth's guard when they are called; also whatever the guard still lists.
 * @param {string} url
 * @param {readonly string[]} tools
 */
export async function notRefused(url, tools) {
  const client = new PlainClient(url, replies);
  await client.open();
  const { answer } = await client.request('tools/list', {});
  const passed = answer.result.tools.map(({ name }) => `${name} is listed`);
  for (const name of tools) {
    const { answer: called } = await client.request('tools/call', { name, arguments: toolArguments[name] ?? {} });
    const refusal = called.result?._meta?.['berth/error'];
    if (called.result?.isError !== true || refusal?.code !== 'refused') passed.push(`${name} is not refused`);
  }
  await client.close();
  return passed;
}

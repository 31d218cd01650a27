import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpClient } from './http-client.mjs';
import { slugs } from './routes.mjs';

/**
 * Calls of tools that the audit has, whatever files it keeps.
 * @param {string} folder of this Berth
 */
export function auditedCalls(folder) {
  const logs = join(folder, 'berth', 'logs');
  const files = readdirSync(logs).filter((name) => /^audit(\.\d+)?\.jsonl$/.test(name));
  return files.reduce((sum, name) => sum + toolCallsIn(readFileSync(join(logs, name), 'utf8')), 0);
}

function toolCallsIn(text) {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.filter((line) => JSON.parse(line).method === 'tools/call').length;
}

/** How many calls the guard lets through of a tool that does not say that it only reads. Of two, one on each transport. */
export async function changePasses({ control }) {
  let passed = 0;
  for (const slug of Object.values(slugs)) {
    const client = await HttpClient.open(await control.call('endpoint.mint', { slug, name: 'proof' }));
    const { result } = await client.request('tools/call', { name: 'change', arguments: { text: 'changed' } });
    if (!result?.isError || !/guard read-only/.test(result.content[0].text)) passed += 1;
    await client.close();
  }
  return passed;
}

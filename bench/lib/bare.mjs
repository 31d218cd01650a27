import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';

const message = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
};

/**
 * What a client does without Berth: spawns a stdio server, says `initialize`, and has its answer. Answers how long that took, in ms,
 * after the server has ended again.
 * @param {{ argv: string[], env: Record<string, string>, cwd: string }} start
 */
export async function bareStart({ argv: [command, ...args], env, cwd }) {
  const began = performance.now();
  // In a session of its own as under Berth: Linux shares a busy CPU out by sessions (autogroup), which is not what is compared.
  const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  child.stdin.on('error', () => {
    // It ended before it read: `exit` says so.
  });
  child.stdin.write(`${JSON.stringify(message)}\n`);
  const answered = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code} and without an answer`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const { id, result } = JSON.parse(line);
      if (id === 1 && result) resolve(performance.now() - began);
    });
  });
  const ms = await answered;
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  child.stdin.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return ms;
}

/** The same `initialize` over Streamable HTTP, for one session that nobody goes on with. Resolves when it is answered. */
export function initialize({ url, headers }) {
  return new Promise((resolve, reject) => {
    const accept = 'application/json, text/event-stream';
    const options = { method: 'POST', headers: { ...headers, accept, 'content-type': 'application/json' } };
    const asked = request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.once('end', () => {
        if (text.includes('"protocolVersion"')) resolve();
        else reject(new Error(`initialize was answered with ${response.statusCode}: ${text}`));
      });
    });
    asked.once('error', reject);
    asked.end(JSON.stringify(message));
  });
}

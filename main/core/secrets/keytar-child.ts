import { createInterface } from 'node:readline';
import type Keytar from 'keytar';
import { type KeytarRequest, type KeytarResponse, keytarRequestSchema } from './keytar-protocol.ts';

/**
 * The keychain's own process (D10): keytar blocks a thread for as long as an unlock prompt is open, and four such calls stop
 * every file access of a Node process. Here they can only stop this one, which its parent ends when the deadline has passed.
 * Reads one request a line on stdin, answers one line on stdout, ends when stdin does.
 */
let keytar: typeof Keytar | null = null;

async function answer(request: KeytarRequest): Promise<KeytarResponse> {
  try {
    // Loaded at the first request, so that a missing libsecret is an answer and not a crash.
    keytar ??= (await import('keytar')).default;
    return { id: request.id, ok: true, data: await run(keytar, request) };
  } catch (error) {
    return { id: request.id, ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

async function run(keychain: typeof Keytar, request: KeytarRequest): Promise<string | null | boolean | string[]> {
  switch (request.op) {
    case 'get':
      return await keychain.getPassword(request.service, request.name);
    case 'set':
      await keychain.setPassword(request.service, request.name, request.value);
      return true;
    case 'delete':
      return await keychain.deletePassword(request.service, request.name);
    case 'list':
      return (await keychain.findCredentials(request.service)).map((credential) => credential.account);
  }
}

const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
lines.on('line', (line) => {
  const request = keytarRequestSchema.safeParse(parseLine(line));
  if (!request.success) return;
  void answer(request.data).then((response) => process.stdout.write(`${JSON.stringify(response)}\n`));
});
// A native call may still hold a thread: nothing is left to answer, so do not wait for it.
lines.on('close', () => process.exit(0));

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

import { createInterface } from 'node:readline';
import type Keytar from 'keytar';
import { NO_KEYRING } from './keychain-error.ts';
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
  const { service } = request;
  switch (request.op) {
    case 'probe':
      return await keychain.getPassword(service, PROBE);
    case 'get': {
      const value = await keychain.getPassword(service, request.name);
      if (value === null) await requireUnlocked(keychain, service);
      return value;
    }
    case 'set':
      await keychain.setPassword(service, request.name, request.value);
      return true;
    case 'delete': {
      const deleted = await keychain.deletePassword(service, request.name);
      if (!deleted) await requireUnlocked(keychain, service);
      return deleted;
    }
    case 'list': {
      if (!(await requireUnlocked(keychain, service))) return [];
      const names = (await keychain.findCredentials(service)).map((credential) => credential.account);
      return names.filter((name) => name !== PROBE);
    }
  }
}

/** An item that comes and goes within one request. */
const PROBE = 'berth.probe';

/**
 * With a locked keyring, libsecret finds nothing instead of failing, and keytar's `findCredentials` crashes the process (both seen
 * with gnome-keyring 42); only writing tells. So nothing is called missing before something could be written. Answers false
 * where there is no keyring at all and so nothing in it.
 */
async function requireUnlocked(keychain: typeof Keytar, service: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    await keychain.setPassword(service, PROBE, PROBE);
    await keychain.deletePassword(service, PROBE);
    return true;
  } catch (error) {
    if (error instanceof Error && NO_KEYRING.test(error.message)) return false;
    throw error;
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

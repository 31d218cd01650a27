import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { UiServer } from '../../../main/headless/ui-server.ts';
import { smallCore } from '../../fixtures/rpc/small-core.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

let folder: string;
let server: UiServer;

/** A raw request, so that Host and path are exactly what the test says. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function logIn(): Promise<string> {
  const url = new URL(server.oneTimeUrl());
  const answer = await ask(url.pathname + url.search);
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

function openSocket(headers: Record<string, string>, origin: string): Promise<'open' | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, { headers, origin });
    socket.once('open', () => {
      socket.close();
      resolve('open');
    });
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', () => {});
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-ui-'));
  await mkdir(join(folder, 'window', 'assets'), { recursive: true });
  await writeFile(join(folder, 'window', 'index.html'), '<!doctype html><title>the window</title>');
  await writeFile(join(folder, 'window', 'assets', 'app-1.js'), 'export {}');
  await writeFile(join(folder, 'secret.txt'), 'outside');
  server = await UiServer.listen({ folder: join(folder, 'window'), dispatcher: smallCore().dispatcher });
});
afterEach(async () => {
  await server.dispose();
  await rm(folder, { recursive: true });
});

describe('the one-time link', () => {
  it('opens the window once, with a strict, invisible cookie', async () => {
    const url = new URL(server.oneTimeUrl());
    const first = await ask(url.pathname + url.search);
    expect(first.status).toBe(200);
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^berth-[0-9a-f]{12}=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
    const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect(await ask('/', { cookie })).toMatchObject({ status: 200, body: expect.stringContaining('the window') });

    const second = await ask(url.pathname + url.search);
    expect(second).toMatchObject({ status: 401, body: expect.stringContaining('berth open') });
    expect(second.headers['set-cookie']).toBeUndefined();
  });

  it('gives nothing without a session: no file, no socket', async () => {
    for (const path of ['/', '/index.html', '/assets/app-1.js']) {
      expect((await ask(path)).status).toBe(401);
      expect((await ask(path, { cookie: `${(await logIn()).split('=')[0]}=guess` })).status).toBe(401);
    }
    expect(await openSocket({}, `http://127.0.0.1:${server.port}`)).toBe(403);
  });
});

describe('a foreign page', () => {
  it('gets nothing under a foreign Host, on any route', async () => {
    const cookie = await logIn();
    for (const path of ['/', '/auth?code=x', '/assets/app-1.js', '/nothing']) {
      expect((await ask(path, { host: 'evil.example', cookie })).status).toBe(403);
    }
  });

  it('cannot open the socket, even with a cookie', async () => {
    const cookie = await logIn();
    expect(await openSocket({ cookie }, 'http://evil.example')).toBe(403);
    expect(await openSocket({ cookie }, 'null')).toBe(403);
    expect(await openSocket({ cookie, host: 'evil.example' }, 'http://evil.example')).toBe(403);
    expect(await openSocket({ cookie }, `http://127.0.0.1:${server.port}`)).toBe('open');
  });

  it('may come through an ssh tunnel, which changes the port', async () => {
    const cookie = await logIn();
    expect(await openSocket({ cookie, host: 'localhost:9000' }, 'http://localhost:9000')).toBe('open');
  });
});

describe('files', () => {
  it('have the policy of the window, and only what is versioned is cached', async () => {
    const cookie = await logIn();
    const html = await ask('/', { cookie });
    expect(html.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(html.headers['cache-control']).toBe('no-store');
    const script = await ask('/assets/app-1.js', { cookie });
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%5c..%5csecret.txt', '/%', '/none'])(
    'never leave the folder: %s',
    async (path) => {
      const answer = await ask(path, { cookie: await logIn() });
      expect(answer).toMatchObject({ status: 404, body: 'Not found.\n' });
    },
  );

  it('are only read', async () => {
    expect((await ask('/', { cookie: await logIn() }, 'POST')).status).toBe(405);
  });
});

describe('the port', () => {
  it('that was asked for and is taken is an error that says so', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    await expect(UiServer.listen({ port, folder, dispatcher: smallCore().dispatcher })).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining(String(port)),
    });
    await new Promise((resolve) => holder.close(resolve));
  });

  it('is any free one when nobody asked for one and the usual is taken', async () => {
    const second = await UiServer.listen({ folder, dispatcher: smallCore().dispatcher });
    expect(second.port).not.toBe(server.port);
    await second.dispose();
  });
});

import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BerthError } from '../../../contract/errors.ts';
import type { HttpProbe } from '../presets/launch-plan.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;
const TRY_MS = 2_000;

/**
 * Resolves when the server's port accepts connections, or its probe path answers 2xx. Rejects with `timed-out` after
 * `timeoutMs`, or `cancelled`.
 */
export async function waitForHttp(
  url: string,
  probe: HttpProbe | null,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  // TLS servers are asked over TCP: whether their certificate is good is for the MCP connection to find out.
  const path = url.startsWith('https:') ? undefined : probe?.path;
  const target = new URL(url);
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    if (signal.aborted) throw cancelled();
    if (path === undefined ? await accepts(target) : await answers(new URL(path, target))) return;
    if (performance.now() + pause > until) {
      const seconds = Math.round(timeoutMs / 100) / 10;
      throw new BerthError('timed-out', `The server did not open ${target.host} within ${seconds} s.`);
    }
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

/** Whether the health path beside this URL answers 2xx. A TLS server is alive when it takes connections: see `waitForHttp`. */
export function isHealthy(url: string, path: string): Promise<boolean> {
  const target = new URL(url);
  return target.protocol === 'https:' ? accepts(target) : answers(new URL(path, target));
}

/** Rejects with `port-in-use` when somebody listens where the server is to listen: else that one would be taken for it. */
export async function assertPortFree(url: string): Promise<void> {
  const { hostname, port, host } = new URL(url);
  if (port === '') return;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return resolve();
      reject(
        new BerthError('port-in-use', `Another program listens on ${host}.`, {
          hint: 'Choose another port, or end that program.',
        }),
      );
    });
    probe.listen({ port: Number(port), host: bare(hostname), exclusive: true }, () => probe.close(() => resolve()));
  });
}

function accepts(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const socket = connect({ port, host: bare(url.hostname) });
    const done = (up: boolean) => {
      socket.destroy();
      resolve(up);
    };
    socket.setTimeout(TRY_MS, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

function answers(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, timeout: TRY_MS }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 300);
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(false));
    asked.end();
  });
}

/** An IPv6 address without the brackets that it has in URLs. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function cancelled(): BerthError {
  return new BerthError('cancelled', 'The start was cancelled.');
}

import { lookup } from 'node:dns/promises';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { BerthError } from '../../../contract/errors.ts';
import type { ApiConnection } from './api-connection.ts';
import { hostOf } from './proxy-env.ts';

export interface NetworkLimits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** Where the first connection goes: the proxy if there is one. */
export function firstHop(connection: ApiConnection): { host: string; port: number } {
  const url = connection.proxy ?? connection.server;
  const standard: Record<string, number> = { 'https:': 443, 'http:': 80 };
  return { host: hostOf(url), port: Number(url.port) || (standard[url.protocol] ?? 1080) };
}

/** Addresses of a name; the name itself when it is one. */
export async function resolveName(host: string, limits: NetworkLimits): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const found = await within(lookup(host, { all: true }), `${host} was not looked up in time`, limits);
  return found.map(({ address }) => address);
}

/** Opens and closes a TCP connection; answers the address that took it. */
export async function tryTcp(host: string, port: number, limits: NetworkLimits): Promise<string> {
  const socket = connectTcp({ host, port });
  try {
    await within(connected(socket, 'connect'), `${host}:${port} did not take the connection in time`, limits);
    return `${socket.remoteAddress}:${port}`;
  } finally {
    socket.destroy();
  }
}

/** What TLS with the API server came to. */
export interface Handshake {
  readonly protocol: string;
  readonly issuer: string;
  readonly validTo: Date | null;
  /** False where the kubeconfig says not to verify. */
  readonly verified: boolean;
}

/** Shakes hands under the kubeconfig's rules, through the proxy if there is one; answers what was agreed and until when the certificate holds. */
export function tryTls(connection: ApiConnection, limits: NetworkLimits): Promise<Handshake> {
  return connection.proxy ? tryTlsThroughProxy(connection, limits) : tryTlsDirectly(connection, limits);
}

/** By a request that is given up as soon as the handshake is done. It carries no credential, should it get out before. */
async function tryTlsThroughProxy({ server, options }: ApiConnection, limits: NetworkLimits): Promise<Handshake> {
  const { headers: _credentials, auth: _login, ...rest } = options;
  const request = httpsRequest(new URL('/version', server), { ...rest, method: 'HEAD' });
  try {
    const work = new Promise<Handshake>((done, failed) => {
      request.on('error', failed);
      request.once('response', (response) => done(handshakeOf(response.socket as TLSSocket)));
      request.once('socket', (socket) => {
        if (socket instanceof TLSSocket) socket.once('secureConnect', () => done(handshakeOf(socket)));
      });
    });
    request.end();
    return await within(work, `${server.host} did not finish the TLS handshake in time`, limits);
  } finally {
    request.destroy();
    if (typeof options.agent === 'object') options.agent.destroy();
  }
}

async function tryTlsDirectly(connection: ApiConnection, limits: NetworkLimits): Promise<Handshake> {
  const { host, port } = firstHop(connection);
  const { ca, cert, key, rejectUnauthorized } = connection.options;
  const named = connection.options.servername ?? (isIP(host) === 0 ? host : '');
  const socket = connectTls({
    host,
    port,
    ca,
    cert,
    key,
    ...(named === '' ? {} : { servername: named }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  });
  try {
    await within(
      connected(socket, 'secureConnect'),
      `${host}:${port} did not finish the TLS handshake in time`,
      limits,
    );
    return handshakeOf(socket);
  } finally {
    socket.destroy();
  }
}

function handshakeOf(socket: TLSSocket): Handshake {
  const certificate = socket.getPeerCertificate();
  const end = Date.parse(certificate.valid_to ?? '');
  const issuer: unknown = certificate.issuer?.CN ?? certificate.issuer?.O;
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    issuer: typeof issuer === 'string' ? issuer : 'unknown issuer',
    validTo: Number.isNaN(end) ? null : new Date(end),
    verified: socket.authorized,
  };
}

function connected(socket: Socket | TLSSocket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((done, failed) => {
    socket.once(event, () => done());
    // Stays for good: a socket that is thrown away later may still complain.
    socket.on('error', failed);
    socket.once('close', () => failed(new BerthError('unreachable', 'the connection was closed at once')));
  });
}

function within<T>(work: Promise<T>, lateMessage: string, { signal, timeoutMs }: NetworkLimits): Promise<T> {
  return new Promise((done, failed) => {
    const late = setTimeout(
      () => failed(new BerthError('timed-out', lateMessage, { hint: 'Connect the VPN, or start the cluster.' })),
      timeoutMs,
    );
    const abort = () => failed(new BerthError('cancelled', 'The check was cancelled.'));
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    work.then(done, failed).finally(() => {
      clearTimeout(late);
      signal?.removeEventListener('abort', abort);
    });
  });
}

import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { mediaType, windowHeaders } from '../core/window-policy.ts';
import { APP_SCHEME, appFile } from './app-files.ts';

/** Makes `app:` a scheme like https. Electron takes this only before it is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the window's folder at `app://berth/`, with the policy headers on every answer. */
export function serveAppProtocol(folder: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Only GET is served.');
    const file = appFile(folder, request.url);
    const content = file === null ? null : await readFile(file).catch(() => null);
    if (file === null || content === null) return plain(404, 'Not found.');
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(content), {
      headers: { ...windowHeaders, 'content-type': mediaType(file) },
    });
  });
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { ...windowHeaders, 'content-type': 'text/plain; charset=utf-8' },
  });
}

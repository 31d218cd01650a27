import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { localhostHostValidation, localhostOriginValidation } from '@modelcontextprotocol/node';
import { carryRequest, classify } from './stdio-request.mjs';
import { StdioSession } from './stdio-session.mjs';
import { answerJson, errorOf } from './stream-of-events.mjs';

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const SESSION_NOT_FOUND = -32001;

/**
 * Streamable HTTP in front of a program that speaks stdio, so that the suite, which speaks HTTP only, can test our stdio bridge: a
 * process for each session, and in the era without sessions for each request. What belongs to HTTP itself (Host, Origin, sessions,
 * statuses) is the adapter's; every message is the program's.
 * @param {{ command: string[], env: Record<string, string | undefined> }} start
 */
export async function stdioAdapter(start) {
  const isHostAllowed = localhostHostValidation();
  const isOriginAllowed = localhostOriginValidation();
  /** @type {Map<string, StdioSession>} */
  const sessions = new Map();
  /** Processes that carry a request of their own, or are about to end. */
  const underway = new Set();

  async function handle(request, response) {
    if (!isHostAllowed(request, response) || !isOriginAllowed(request, response)) return;
    const body = request.method === 'POST' ? await json(request).catch(() => undefined) : undefined;
    if (request.method === 'POST') {
      if (body === undefined) return answerJson(response, 400, errorOf(null, PARSE_ERROR, 'This is not JSON'));
      const { modern, refusal } = classify(request, body);
      if (refusal) return answerJson(response, refusal.status, refusal.message);
      if (modern) {
        const carried = carryRequest(start, body, response).finally(() => underway.delete(carried));
        underway.add(carried);
        return;
      }
      if (body.method === 'initialize') return open(body, response);
    }
    const id = request.headers['mcp-session-id'];
    const session = sessions.get(id);
    if (id === undefined) return answerJson(response, 400, errorOf(null, INVALID_REQUEST, 'Send initialize first'));
    if (!session) return answerJson(response, 404, errorOf(null, SESSION_NOT_FOUND, 'Session not found'));
    return inSession(session, request.method, body, response);
  }

  function open(body, response) {
    const session = new StdioSession(start);
    sessions.set(session.id, session);
    // Few clients say goodbye with a DELETE; what a stdio client does at its end is to end the program.
    session.onGone = () => void end(session);
    session.request(body, response);
  }

  function end(session) {
    sessions.delete(session.id);
    const ended = session.stop().finally(() => underway.delete(ended));
    underway.add(ended);
    return ended;
  }

  async function inSession(session, method, body, response) {
    switch (method) {
      case 'GET':
        return session.listen(response);
      case 'DELETE':
        await end(session);
        return response.writeHead(200).end();
      case 'POST':
        if (body.method !== undefined && body.id !== undefined) return session.request(body, response);
        session.send(body);
        return response.writeHead(202).end();
      default:
        return response.writeHead(405, { allow: 'GET, POST, DELETE' }).end();
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/mcp`,
    async stop() {
      await Promise.all([...sessions.values()].map((session) => session.stop()));
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await Promise.all(underway);
    },
  };
}

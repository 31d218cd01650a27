import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError, UnauthorizedError } from '@modelcontextprotocol/client';
import { errorInfoSchema } from '../../../contract/error-schema.ts';
import { BerthError } from '../../../contract/errors.ts';

const INVALID_PARAMS = -32602;

/** Whatever the client library throws as an error that a user understands. */
export function inspectorError(thrown: unknown, what: { slug: string; method: string }): BerthError {
  if (thrown instanceof BerthError) return thrown;
  const { slug, method } = what;
  if (SdkHttpError.isInstance(thrown)) return statusError(thrown, slug);
  if (ProtocolError.isInstance(thrown)) {
    const own = ownError(thrown.data);
    if (own) return own;
    // Servers say "unknown tool" in many words, all of them with this code: https://modelcontextprotocol.io/specification/2025-11-25/server/tools#error-handling
    if (thrown.code === INVALID_PARAMS && /unknown tool|tool .*not found|no tool/i.test(thrown.message)) {
      return new BerthError('not-found', `${slug}: ${thrown.message}`, { cause: thrown });
    }
    return new BerthError('protocol', `${slug} answered ${method} with an error: ${thrown.message}`, {
      cause: thrown,
      details: { code: thrown.code },
    });
  }
  if (UnauthorizedError.isInstance(thrown)) {
    return new BerthError('unauthorized', `The endpoint of ${slug} did not accept the token.`, { cause: thrown });
  }
  if (SdkError.isInstance(thrown) && thrown.code === SdkErrorCode.RequestTimeout) {
    return new BerthError('timed-out', `${slug} did not answer ${method} in time.`, {
      hint: 'The server may be waiting for its cluster: look at its log.',
      cause: thrown,
    });
  }
  if (SdkError.isInstance(thrown) && thrown.code === SdkErrorCode.ConnectionClosed) return unreachable(slug, thrown);
  // What fetch throws when nobody listens or the connection breaks.
  if (thrown instanceof TypeError) return unreachable(slug, thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BerthError('protocol', `${slug} could not be asked ${method}: ${message}`, { cause: thrown });
}

/** The session is not known any more: Berth was restarted or collected it. Nothing of the request was done. */
export function isSessionGone(thrown: unknown): boolean {
  return SdkHttpError.isInstance(thrown) && thrown.status === 404;
}

/** The error that the gateway put into an error's data or a result's `_meta`. */
export function ownError(data: unknown): BerthError | null {
  if (typeof data !== 'object' || data === null) return null;
  const values = data as Record<string, unknown>;
  const parsed = errorInfoSchema.safeParse(values['berth'] ?? values['berth/error']);
  return parsed.success ? BerthError.from(parsed.data) : null;
}

function statusError(error: SdkHttpError, slug: string): BerthError {
  if (error.status === 401) return new BerthError('unauthorized', `The endpoint of ${slug} did not accept the token.`);
  if (error.status === 404)
    return new BerthError('not-found', `There is no server ${slug} in Berth.`, { cause: error });
  return new BerthError('protocol', `The endpoint of ${slug} answered with status ${error.status}.`, { cause: error });
}

function unreachable(slug: string, cause: unknown): BerthError {
  return new BerthError('not-running', `The endpoint of ${slug} cannot be reached.`, {
    hint: "Look at Berth's problems: its port may be taken.",
    cause,
  });
}

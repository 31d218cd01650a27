import type { z } from 'zod';
import type { errorInfoSchema } from './error-schema.ts';

/**
 * Every error that crosses a boundary of Berth has one of these codes; they are stable and scripts may hold on to them.
 * The CLI maps them to its exit codes (`exitCodeOf`).
 */
export const errorCodes = [
  'invalid-argument', // the caller's input is wrong
  'invalid-config', // a file that the user edits (settings, preset, kubeconfig, client file) does not parse or validate
  'context-gone', // the context that a server works on has disappeared from the kubeconfigs
  'not-found', // no such server, context, tool, client, preset, secret
  'already-exists',
  'not-running', // Berth, or the server that was asked, does not run
  'conflict', // somebody else changed it meanwhile, or holds it
  'port-in-use',
  'refused', // guard, authorization, approval
  'unauthorized', // a token is missing, wrong or revoked
  'command-missing', // an executable could not be found
  'start-failed', // a server's process ended or answered wrongly before it was ready
  'timed-out',
  'unreachable', // the network peer (cluster, upstream) cannot be reached
  'auth-failed', // the cluster refused the credential
  'untrusted', // the certificate of a peer is unknown, expired or for another name
  'protocol', // a peer broke the protocol
  'too-large',
  'unsupported', // not possible on this machine or in this shell
  'cancelled',
  'tool-error', // the MCP tool answered isError
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** The wire and status form of an error: one sentence a user understands, and a hint that says what to do next. */
export type ErrorInfo = z.infer<typeof errorInfoSchema>;

/** An `ErrorInfo` as a throwable. Messages and hints must never hold a secret. */
export class BerthError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string | undefined; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BerthError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }

  static from(info: ErrorInfo): BerthError {
    return new BerthError(info.code, info.message, {
      ...(info.hint === undefined ? {} : { hint: info.hint }),
      ...(info.details === undefined ? {} : { details: info.details }),
    });
  }

  toInfo(): ErrorInfo {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/** Any thrown thing as an `ErrorInfo`; what is not a `BerthError` becomes `internal`. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof BerthError) return error.toInfo();
  if (error instanceof Error) return { code: 'internal', message: error.message || error.name };
  return { code: 'internal', message: String(error) };
}

/** Exit codes of the `berth` command. */
export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'invalid-argument':
      return 2;
    case 'not-running':
      return 3;
    case 'not-found':
    case 'context-gone':
      return 4;
    case 'tool-error':
      return 5;
    case 'refused':
    case 'unauthorized':
      return 6;
    case 'timed-out':
      return 7;
    case 'cancelled':
      return 130;
    default:
      return 1;
  }
}

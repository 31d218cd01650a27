import type { ErrorInfo } from '../../../contract/errors.ts';
import { type AuditEntry, type AuditFilter, auditEntrySchema } from '../../../contract/model/audit.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';
import type { EndedCall } from '../gateway/ports.ts';
import { untilAborted } from '../until-aborted.ts';
import { argumentHash } from './argument-hash.ts';
import { AuditFile, type AuditFileOptions } from './audit-file.ts';
import { matchesAudit } from './audit-filter.ts';
import { linesBackwards } from './read-backwards.ts';
import { redactedArguments } from './redact-arguments.ts';

export interface AuditLogOptions extends AuditFileOptions {
  /** The text without the secrets that are known for that server. */
  readonly redact: (slug: string, text: string) => string;
}

const MOST_CHARACTERS = 16_384;
const MOST_OF_REASON = 300;
const DEFAULT_LIMIT = 200;

/** Who called what, where, and how it ended: one line per call, kept over restarts. Never throws for a full disk: it is told and goes on. */
export class AuditLog implements Disposable {
  readonly #options: AuditLogOptions;
  readonly #file: AuditFile;
  readonly #recorded = new Emitter<AuditEntry>();
  readonly #problemChanged = new Emitter<void>();
  #missing = 0;
  #failure: Error | null = null;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#file = new AuditFile(options);
  }

  get onDidRecord() {
    return this.#recorded.event;
  }

  /** Fires when `problem` comes, grows or goes. */
  get onDidChangeProblem() {
    return this.#problemChanged.event;
  }

  /** Why calls are missing in the file; null when it is written again. */
  get problem(): ErrorInfo | null {
    if (!this.#failure) return null;
    const calls = this.#missing === 1 ? '1 call is' : `${this.#missing} calls are`;
    return {
      code: 'internal',
      message: `The audit log cannot be written, ${calls} missing in it: ${this.#failure.message}.`,
      hint: `Make room or give your user the right to write ${this.#options.path}; the next call tries again.`,
    };
  }

  /** Answers what it has kept. */
  record(call: EndedCall): AuditEntry {
    const entry = this.#entry(call);
    try {
      this.#file.append(JSON.stringify(entry));
      if (this.#failure) this.#report(null);
    } catch (error) {
      this.#report(error as Error);
    }
    this.#recorded.fire(entry);
    return entry;
  }

  /** Newest first. Lines that are none of ours are passed over. When `signal` aborts, it stops reading and answers what it has. */
  async query(filter: AuditFilter, signal?: AbortSignal): Promise<AuditEntry[]> {
    const { limit = DEFAULT_LIMIT, since } = filter;
    const found: AuditEntry[] = [];
    for (const path of this.#file.paths) {
      for await (const line of linesBackwards(path)) {
        if (signal?.aborted) return found;
        const entry = parse(line);
        if (!entry) continue;
        // Calls are written when they end: one may have begun an hour before the one above it.
        if (since !== undefined && Date.parse(entry.time) + entry.ms < Date.parse(since)) return found;
        if (matchesAudit(entry, filter)) found.push(entry);
        if (found.length >= limit) return found;
      }
    }
    return found;
  }

  /** Pushes the newest calls, oldest first, and then each as it ends. Resolves when `signal` aborts. */
  async follow(filter: AuditFilter, push: (entry: AuditEntry) => void, signal: AbortSignal): Promise<void> {
    let waiting: AuditEntry[] | null = [];
    const subscription = this.#recorded.event((entry) => {
      if (!matchesAudit(entry, filter)) return;
      if (waiting) waiting.push(entry);
      else push(entry);
    });
    try {
      const kept = await this.query(filter, signal);
      if (signal.aborted) return;
      for (const entry of kept.reverse()) push(entry);
      // What ended while the files were read may be in them as well.
      const known = new Set(waiting.length === 0 ? [] : kept.map((entry) => JSON.stringify(entry)));
      for (const entry of waiting) if (!known.has(JSON.stringify(entry))) push(entry);
      waiting = null;
      await untilAborted(signal);
    } finally {
      subscription.dispose();
    }
  }

  dispose(): void {
    this.#file.close();
  }

  #report(failure: Error | null): void {
    this.#failure = failure;
    this.#missing = failure ? this.#missing + 1 : 0;
    this.#problemChanged.fire();
  }

  /** Field by field, as in the schema: the rest of an object taken apart costs more than all that is computed here. */
  #entry(call: EndedCall): AuditEntry {
    const { args, reason, slug, tool } = call;
    const redact = (text: string) => this.#options.redact(slug, text);
    const text = tool === null || args === undefined ? null : redactedArguments(args, redact);
    return {
      time: call.time,
      slug,
      client: call.client,
      context: call.context,
      method: call.method,
      tool,
      outcome: call.outcome,
      reason: reason === null ? null : redact(reason).slice(0, MOST_OF_REASON),
      ms: call.ms,
      session: call.session,
      clientInfo: call.clientInfo,
      guard: call.guard,
      approval: call.approval,
      arguments: text === null || text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`,
      argumentHash: tool === null ? null : argumentHash(tool, args),
      argumentBytes: args === undefined ? 0 : Buffer.byteLength(JSON.stringify(args)),
      answerBytes: call.answerBytes,
    };
  }
}

function parse(line: string): AuditEntry | null {
  try {
    return auditEntrySchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

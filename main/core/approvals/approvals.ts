import { randomInt } from 'node:crypto';
import { BerthError } from '../../../contract/errors.ts';
import type { Approval } from '../../../contract/model/approval.ts';
import { argumentHash } from '../audit/argument-hash.ts';
import { redactedArguments } from '../audit/redact-arguments.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';

/** A call that is not certainly read-only, at the guard `ask`. */
export interface HeldCall {
  readonly slug: string;
  readonly context: string | null;
  readonly client: string;
  readonly tool: string;
  readonly args: unknown;
}

/** How a held call goes on. `unanswered`: nobody has decided in time. */
export type Decision = 'approved' | 'denied' | 'unanswered';

export interface ApprovalsOptions {
  readonly redact: (slug: string, text: string) => string;
  readonly isProduction: (context: string | null) => boolean;
  /** ms that a call is held; default 45 s. */
  readonly holdMs?: number;
  /** ms that an approval, or a question, counts; default 10 min. */
  readonly validMs?: number;
}

interface Question {
  approval: Approval;
  /** The calls that wait for it: the same one may come several times at once. */
  readonly waiting: Set<(decision: Decision) => void>;
  expiry: NodeJS.Timeout;
}

const HOLD_MS = 45_000;
const VALID_MS = 10 * 60_000;
/** Beyond that a client is flooding its user with questions. */
const MOST_OF_ONE_CLIENT = 20;
const MOST_QUESTIONS = 100;
/** More than a person looks through; and all questions are part of the status that every window gets. */
const MOST_CHARACTERS = 256 * 1024;
/** No letters that are mistaken for one another. */
const ID_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/**
 * The calls that wait for a person (D16). An approval is for one identical call: same tool, arguments, server, context and client, once,
 * within ten minutes. A call is held for 45 s; whoever decides later decides about its repetition.
 */
export class Approvals implements Disposable {
  readonly #options: ApprovalsOptions;
  readonly #questions = new Map<string, Question>();
  readonly #changed = new Emitter<void>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  get onDidChange() {
    return this.#changed.event;
  }

  /** Oldest first. */
  list(): Approval[] {
    return [...this.#questions.values()].map(({ approval }) => approval);
  }

  /**
   * Resolves when it was decided, after `holdMs`, or when `signal` aborts, which takes the question back with its last asker. Rejects with
   * `too-large` for arguments that nobody could look through, `refused` when too many calls wait.
   */
  async ask(call: HeldCall, signal: AbortSignal): Promise<Decision> {
    const text = redactedArguments(call.args ?? {}, (part) => this.#options.redact(call.slug, part));
    if (text.length > MOST_CHARACTERS) {
      throw new BerthError('too-large', 'The arguments of this call are too large for a person to look through.', {
        hint: `Split it into calls of less than ${MOST_CHARACTERS / 1024} KiB each.`,
      });
    }
    const hash = argumentHash(call.tool, call.args);
    const key = JSON.stringify([call.slug, call.context, call.client, hash]);
    const known = this.#questions.get(key);
    if (known?.approval.state === 'approved') {
      this.#remove(key);
      return 'approved';
    }
    if (!known) this.#requireRoom(call.client);
    const question = known ?? this.#add(key, call, text, hash);
    this.#set(question, 'waiting');
    return new Promise((resolve) => {
      const finish = (decision: Decision) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        question.waiting.delete(finish);
        resolve(decision);
      };
      const timer = setTimeout(() => {
        finish('unanswered');
        if (question.waiting.size === 0 && this.#questions.get(key) === question) this.#set(question, 'asked');
      }, this.#options.holdMs ?? HOLD_MS);
      const gone = () => {
        finish('unanswered');
        // Who asked has hung up: nobody needs to decide any more.
        if (question.waiting.size === 0 && this.#questions.get(key) === question) this.#remove(key);
      };
      question.waiting.add(finish);
      if (signal.aborted) gone();
      else signal.addEventListener('abort', gone, { once: true });
    });
  }

  /** Throws `not-found` for a question that was decided, taken back or has expired. Answers the question that was decided. */
  decide(id: string, approve: boolean): Approval {
    const found = [...this.#questions].find(([, { approval }]) => approval.id === id);
    if (!found || found[1].approval.state === 'approved') {
      throw new BerthError('not-found', `No call waits for approval as "${id}".`, {
        hint: 'It was decided, taken back or has expired. See `berth approvals`.',
      });
    }
    const [key, question] = found;
    const { approval } = question;
    const [first, ...others] = question.waiting;
    if (!approve) {
      this.#remove(key);
      for (const finish of question.waiting) finish('denied');
    } else if (first) {
      // It passes once: the others go on waiting for a decision of their own.
      first('approved');
      if (others.length === 0) this.#remove(key);
      else this.#changed.fire();
    } else {
      this.#set(question, 'approved');
    }
    return approval;
  }

  /** The server was undocked: nobody's question or approval holds for another one of its name. */
  forget(slug: string): void {
    for (const [key, { approval, waiting }] of [...this.#questions]) {
      if (approval.slug !== slug) continue;
      this.#remove(key);
      for (const finish of waiting) finish('unanswered');
    }
  }

  dispose(): void {
    for (const [key, { waiting }] of [...this.#questions]) {
      this.#remove(key);
      for (const finish of waiting) finish('unanswered');
    }
  }

  /** One client that floods its user with questions leaves room for those of the others. */
  #requireRoom(client: string): void {
    const own = this.list().filter((approval) => approval.client === client).length;
    if (own < MOST_OF_ONE_CLIENT && this.#questions.size < MOST_QUESTIONS) return;
    const waiting = own < MOST_OF_ONE_CLIENT ? `${this.#questions.size} calls` : `${own} calls of ${client}`;
    throw new BerthError('refused', `${waiting} wait for approval already.`, {
      hint: 'Decide about them in Berth first.',
    });
  }

  #add(key: string, call: HeldCall, text: string, hash: string): Question {
    const { slug, context, client, tool } = call;
    const approval: Approval = {
      id: this.#freeId(),
      time: new Date().toISOString(),
      state: 'waiting',
      expiresAt: this.#expiry(),
      slug,
      context,
      production: this.#options.isProduction(context),
      client,
      tool,
      arguments: text,
      argumentHash: hash,
    };
    const question: Question = { approval, waiting: new Set(), expiry: this.#expireLater(key) };
    this.#questions.set(key, question);
    return question;
  }

  #set(question: Question, state: Approval['state']): void {
    const key = [...this.#questions].find(([, known]) => known === question)?.[0];
    if (key === undefined) return;
    clearTimeout(question.expiry);
    question.expiry = this.#expireLater(key);
    question.approval = { ...question.approval, state, expiresAt: this.#expiry() };
    this.#changed.fire();
  }

  #remove(key: string): void {
    clearTimeout(this.#questions.get(key)?.expiry);
    if (this.#questions.delete(key)) this.#changed.fire();
  }

  #expireLater(key: string): NodeJS.Timeout {
    const timer = setTimeout(() => this.#remove(key), this.#options.validMs ?? VALID_MS);
    timer.unref();
    return timer;
  }

  #expiry(): string {
    return new Date(Date.now() + (this.#options.validMs ?? VALID_MS)).toISOString();
  }

  #freeId(): string {
    const taken = new Set(this.list().map(({ id }) => id));
    for (;;) {
      const id = Array.from({ length: 4 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join('');
      if (!taken.has(id)) return id;
    }
  }
}

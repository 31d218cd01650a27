import { randomInt } from 'node:crypto';
import { BerthError } from '../../../contract/errors.ts';
import type { Approval } from '../../../contract/model/approval.ts';
import { argumentHash } from '../audit/argument-hash.ts';
import { redactedArguments } from '../audit/redact-arguments.ts';
import type { Disposable } from '../dispose.ts';
import { Emitter } from '../emitter.ts';
import type { Approver, Decision, HeldCall } from '../gateway/ports.ts';

export interface ApprovalsOptions {
  readonly redact: (slug: string, text: string) => string;
  readonly isProduction: (context: string | null) => boolean;
  /** ms that a call is held; default 45 s. */
  readonly holdMs?: number;
  /** ms that an approval, or a question, counts; default 10 min. */
  readonly validMs?: number;
}

interface Question {
  readonly key: string;
  approval: Approval;
  /** The calls that wait for it: the same one may come several times at once. */
  readonly waiting: Set<(decision: Decision) => void>;
  expiry: NodeJS.Timeout | null;
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
export class Approvals implements Approver, Disposable {
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
      this.#remove(known);
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
        if (question.waiting.size === 0) this.#set(question, 'asked');
      }, this.#options.holdMs ?? HOLD_MS);
      const gone = () => {
        finish('unanswered');
        // Who asked has hung up: nobody needs to decide any more.
        if (question.waiting.size === 0) this.#remove(question);
      };
      question.waiting.add(finish);
      if (signal.aborted) gone();
      else signal.addEventListener('abort', gone, { once: true });
    });
  }

  /** Throws `not-found` for a question that was decided, taken back or has expired. Answers the question that was decided. */
  decide(id: string, approve: boolean): Approval {
    const question = [...this.#questions.values()].find(({ approval }) => approval.id === id);
    if (!question || question.approval.state === 'approved') {
      throw new BerthError('not-found', `No call waits for approval as "${id}".`, {
        hint: 'It was decided, taken back or has expired. See `berth approvals`.',
      });
    }
    const { approval } = question;
    const [first, ...others] = question.waiting;
    if (!approve) {
      this.#end(question, 'denied');
    } else if (first) {
      // It passes once: the others go on waiting for a decision of their own.
      first('approved');
      if (others.length === 0) this.#remove(question);
      else this.#changed.fire();
    } else {
      this.#set(question, 'approved');
    }
    return approval;
  }

  /** The server was undocked: nobody's question or approval holds for another one of its name. */
  forget(slug: string): void {
    for (const question of [...this.#questions.values()]) {
      if (question.approval.slug === slug) this.#end(question, 'unanswered');
    }
  }

  dispose(): void {
    for (const question of [...this.#questions.values()]) this.#end(question, 'unanswered');
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
    const question: Question = { key, approval, waiting: new Set(), expiry: null };
    this.#questions.set(key, question);
    return question;
  }

  /** Nothing happens to a question that is over already. */
  #set(question: Question, state: Approval['state']): void {
    if (!this.#isOpen(question)) return;
    if (question.expiry) clearTimeout(question.expiry);
    question.expiry = setTimeout(() => this.#remove(question), this.#options.validMs ?? VALID_MS);
    question.expiry.unref();
    question.approval = { ...question.approval, state, expiresAt: this.#expiry() };
    this.#changed.fire();
  }

  #end(question: Question, decision: Decision): void {
    this.#remove(question);
    for (const finish of question.waiting) finish(decision);
  }

  #remove(question: Question): void {
    if (!this.#isOpen(question)) return;
    if (question.expiry) clearTimeout(question.expiry);
    this.#questions.delete(question.key);
    this.#changed.fire();
  }

  /** Another one may be open for the same call by now. */
  #isOpen(question: Question): boolean {
    return this.#questions.get(question.key) === question;
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

import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { copyFile, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { BerthError, type ErrorInfo } from '../../../contract/errors.ts';
import type { Disposable } from '../dispose.ts';
import type { TokenVerifier } from '../gateway/ports.ts';
import { writePrivately } from '../private-file.ts';

const recordSchema = z.strictObject({
  name: z.string().min(1),
  slug: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
type TokenRecord = z.infer<typeof recordSchema>;
const fileSchema = z.strictObject({ version: z.literal(1), tokens: z.array(recordSchema) });

/** What is known of a token; the token itself is not. */
export type EndpointToken = Pick<TokenRecord, 'name' | 'slug' | 'createdAt' | 'lastUsedAt'>;

/** A token that is valid already and waits for its place to be written. */
export interface PreparedToken {
  readonly token: string;
  /** It is in its place: ends the former token of the same name and slug. */
  keep(): Promise<void>;
  /** It will not be used: ends it, and leaves the former one. */
  drop(): Promise<void>;
}

/** Begins every endpoint token, so that a leaked one is recognised by people and scanners. */
export const TOKEN_PREFIX = 'berth_';

export interface EndpointTokensOptions {
  /** JSON file, 0600, that holds the hashes. */
  readonly file: string;
  /** How long a token's last use may be unwritten, in ms. Default 30 s. */
  readonly lazyMs?: number;
  readonly now?: () => Date;
}

/**
 * Endpoint tokens (D23): 256 random bits per (name, slug), of which only the SHA-256 is kept, so that clients go on working after
 * a restart also where no keychain is. A changed set is on disk before the promise resolves; the time of last use follows lazily.
 */
export class EndpointTokens implements TokenVerifier, Disposable {
  readonly #file: string;
  readonly #lazyMs: number;
  readonly #now: () => Date;
  readonly #problem: ErrorInfo | null;
  #records: TokenRecord[];
  #revision = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #lazy: NodeJS.Timeout | null = null;

  private constructor(options: EndpointTokensOptions, records: TokenRecord[], problem: ErrorInfo | null) {
    this.#file = options.file;
    this.#lazyMs = options.lazyMs ?? 30_000;
    this.#now = options.now ?? (() => new Date());
    this.#records = records;
    this.#problem = problem;
  }

  /**
   * Loads the hashes. A file that does not parse is kept aside under another name and `problem` says so: clients then need to be
   * installed anew. Rejects with `invalid-config` when the file exists but cannot be read or kept aside.
   */
  static async open(options: EndpointTokensOptions): Promise<EndpointTokens> {
    const text = await readIfThere(options.file);
    if (text === null) return new EndpointTokens(options, [], null);
    const parsed = fileSchema.safeParse(parseJson(text));
    if (parsed.success) return new EndpointTokens(options, parsed.data.tokens, null);
    return new EndpointTokens(options, [], await keepAside(options.file));
  }

  get revision(): number {
    return this.#revision;
  }

  /** Why there are no tokens although there was a file; null when all is well. */
  get problem(): ErrorInfo | null {
    return this.#problem;
  }

  /** A new token for this name and slug, shown this once; it replaces the former one. */
  async mint(slug: string, name: string): Promise<string> {
    const { token, record } = this.#create(slug, name);
    await this.#change((records) => [...records.filter((other) => other.name !== name || other.slug !== slug), record]);
    return token;
  }

  /**
   * A new token that is valid beside the former one, for a file that may yet turn out not to be writable: `keep` ends the former,
   * `drop` this one. When neither comes about, both stay valid until the next one is minted.
   */
  async prepare(slug: string, name: string): Promise<PreparedToken> {
    const { token, record } = this.#create(slug, name);
    await this.#change((records) => [...records, record]);
    const isSame = (other: TokenRecord) => other.sha256 === record.sha256;
    const isOurs = (other: TokenRecord) => other.name === name && other.slug === slug;
    return {
      token,
      keep: () => this.#change((records) => records.filter((other) => isSame(other) || !isOurs(other))),
      drop: () => this.#change((records) => records.filter((other) => !isSame(other))),
    };
  }

  /** Ends the tokens of this name, or its one for `slug`; answers how many. */
  async revoke(name: string, slug?: string): Promise<number> {
    return await this.#revokeWhere((record) => record.name === name && (slug === undefined || record.slug === slug));
  }

  /** Ends all tokens of a server that is removed; answers how many. */
  async revokeSlug(slug: string): Promise<number> {
    return await this.#revokeWhere((record) => record.slug === slug);
  }

  list(): EndpointToken[] {
    return this.#records
      .map(({ name, slug, createdAt, lastUsedAt }) => ({ name, slug, createdAt, lastUsedAt }))
      .sort((a, b) => a.name.localeCompare(b.name) || a.slug.localeCompare(b.slug));
  }

  verify(slug: string, token: string): { name: string } | undefined {
    // Every token of the slug is compared, so that the time tells neither which one matched nor how many there are before it.
    const given = Buffer.from(hashOf(token), 'hex');
    let found: TokenRecord | undefined;
    for (const record of this.#records) {
      if (record.slug === slug && timingSafeEqual(given, Buffer.from(record.sha256, 'hex'))) found = record;
    }
    if (found === undefined) return undefined;
    found.lastUsedAt = this.#now().toISOString();
    this.#writeLater();
    return { name: found.name };
  }

  /** Writes what is still unwritten. */
  async dispose(): Promise<void> {
    if (this.#lazy === null) {
      await this.#writing.catch(() => undefined);
      return;
    }
    clearTimeout(this.#lazy);
    this.#lazy = null;
    // Only times of last use wait; that they cannot be kept, as on a full disk, does not keep Berth from ending in order.
    await this.#change((records) => records).catch(() => undefined);
  }

  #create(slug: string, name: string): { token: string; record: TokenRecord } {
    const token = TOKEN_PREFIX + randomBytes(32).toString('base64url');
    const createdAt = this.#now().toISOString();
    return { token, record: { name, slug, sha256: hashOf(token), createdAt, lastUsedAt: null } };
  }

  async #revokeWhere(matches: (record: TokenRecord) => boolean): Promise<number> {
    let revoked = 0;
    await this.#change((records) => {
      const kept = records.filter((record) => !matches(record));
      revoked = records.length - kept.length;
      return kept;
    });
    return revoked;
  }

  /** One change at a time; a change counts only when it is on disk. */
  #change(update: (records: TokenRecord[]) => TokenRecord[]): Promise<void> {
    const turn = this.#writing.then(async () => {
      const next = update(this.#records);
      await writePrivately(this.#file, `${JSON.stringify({ version: 1, tokens: next }, null, 2)}\n`);
      this.#records = next;
      this.#revision += 1;
    });
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  #writeLater(): void {
    if (this.#lazy !== null) return;
    this.#lazy = setTimeout(() => {
      this.#lazy = null;
      // The time of last use is a convenience: a full disk must not end Berth over it; the next change tries again.
      this.#change((records) => records).catch(() => undefined);
    }, this.#lazyMs);
    this.#lazy.unref();
  }
}

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new BerthError('invalid-config', `The endpoint tokens in ${file} cannot be read.`, {
      hint: 'Give yourself access to the file, or move it away and install the clients again.',
      cause: error,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function keepAside(file: string): Promise<ErrorInfo> {
  const aside = `${file}.broken-${new Date().toISOString().replaceAll(':', '-')}`;
  try {
    await rename(file, aside);
  } catch {
    await copyFile(file, aside);
  }
  return {
    code: 'invalid-config',
    message: `The endpoint tokens in ${file} could not be understood; the file was kept as ${aside}.`,
    hint: 'Install the affected AI clients again, so that they get new tokens.',
  };
}

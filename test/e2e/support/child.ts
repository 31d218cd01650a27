import { type ChildProcess, spawn } from 'node:child_process';

export interface ChildResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** It leads a process group of its own: signals go to all of it, and what is left of it ends with it. Not on Windows. */
  readonly group?: boolean;
}

/** A program under test with everything that it printed. Its stdin stays open until `end()` or `stop()`. */
export class Child {
  readonly exited: Promise<ChildResult>;
  readonly #process: ChildProcess;
  readonly #title: string;
  readonly #group: boolean;
  #stdout = '';
  #stderr = '';
  readonly #watchers = new Set<() => void>();
  #result: ChildResult | null = null;

  constructor(command: string, args: readonly string[], options: ChildOptions) {
    this.#title = [command, ...args].join(' ');
    const { group = false, ...spawnOptions } = options;
    this.#group = group;
    const child = spawn(command, args, { ...spawnOptions, detached: group, stdio: 'pipe' });
    this.#process = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    // A program that ends before it has read its input is no failure of the test.
    child.stdin.on('error', () => {});
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => this.#signalGroup('SIGKILL'));
      child.once('close', (code, signal) => {
        this.#result = { code, signal, stdout: this.#stdout, stderr: this.#stderr };
        resolve(this.#result);
        this.#wake();
      });
    });
    this.exited.catch(() => {});
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.#title} could not be started`);
    return this.#process.pid;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get running(): boolean {
    return this.#result === null;
  }

  /** Resolves with the first line of stdout that `accept` takes; rejects when the program ends before, or after `timeoutMs`. */
  async line(accept: (line: string) => boolean, timeoutMs: number): Promise<string> {
    const found = () =>
      this.#stdout
        .split('\n')
        .slice(0, -1)
        .find((line) => accept(line));
    return this.#until(found, 'the line that the test waits for', timeoutMs);
  }

  /** Resolves when stdout and stderr together match; for programs that speak to people. */
  async output(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const found = () => pattern.exec(`${this.#stdout}\n${this.#stderr}`) ?? undefined;
    return this.#until(found, `output like ${pattern}`, timeoutMs);
  }

  write(text: string): void {
    this.#process.stdin?.write(text);
  }

  /** Ends stdin. */
  end(text = ''): void {
    this.#process.stdin?.end(text);
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.running) return;
    if (this.#group) this.#signalGroup(signal);
    else this.#process.kill(signal);
  }

  /** SIGTERM, then SIGKILL after `graceMs`; the result says which of them it took. */
  async stop(graceMs = 15_000): Promise<ChildResult> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  async #until<T>(probe: () => T | undefined, what: string, timeoutMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(check);
        finish();
      };
      const fail = (why: string) =>
        settle(() =>
          reject(new Error(`${this.#title}: ${what} did not come: ${why}\n${this.#stdout}\n${this.#stderr}`)),
        );
      const check = () => {
        const value = probe();
        if (value !== undefined) settle(() => resolve(value));
        else if (this.#result) fail(`it ended with ${this.#result.code ?? this.#result.signal}`);
      };
      const timer = setTimeout(() => fail(`nothing for ${timeoutMs} ms`), timeoutMs);
      this.#watchers.add(check);
      this.exited.catch((error: Error) => fail(error.message));
      check();
    });
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (!this.#group || this.#process.pid === undefined) return;
    try {
      process.kill(-this.#process.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Runs a program to its end; `timeoutMs` kills it and rejects. */
export async function run(
  command: string,
  args: readonly string[],
  options: ChildOptions & { readonly input?: string; readonly timeoutMs?: number },
): Promise<ChildResult> {
  const { input, timeoutMs = 60_000, ...spawnOptions } = options;
  const child = new Child(command, args, spawnOptions);
  child.end(input);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.signal('SIGKILL');
  }, timeoutMs);
  try {
    const result = await child.exited;
    if (late) {
      throw new Error(
        `${[command, ...args].join(' ')} ran longer than ${timeoutMs} ms\n${result.stdout}\n${result.stderr}`,
      );
    }
    return result;
  } finally {
    clearTimeout(timer);
  }
}

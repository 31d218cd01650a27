/** A secret on its way from a client's file into the keychain. Never leaves the core. */
export interface SecretMove {
  readonly from: string;
  readonly name: string;
  readonly value: string;
  /** False for one that is kept although the docked server does not read it. */
  readonly used: boolean;
}

/** Gives secrets names that are free: the server's, and what they were called. */
export class SecretMoves {
  readonly moves: SecretMove[] = [];
  readonly #slug: string;
  readonly #taken: Set<string>;

  constructor(slug: string, taken: readonly string[]) {
    this.#slug = slug;
    this.#taken = new Set(taken);
  }

  /** Notes one; answers the reference that stands for it in options. The same value twice is one secret. */
  add(from: string, label: string, value: string, used: boolean): string {
    const known = this.moves.findIndex((move) => move.value === value);
    const former = this.moves[known];
    if (former !== undefined) {
      this.moves[known] = { ...former, used: former.used || used };
      return `secret:${former.name}`;
    }
    const name = this.#free(`${this.#slug}-${label}`);
    this.moves.push({ from, name, value, used });
    return `secret:${name}`;
  }

  #free(wish: string): string {
    const base = wish
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 56);
    let name = base;
    for (let number = 2; this.#taken.has(name); number++) name = `${base}-${number}`;
    this.#taken.add(name);
    return name;
  }
}

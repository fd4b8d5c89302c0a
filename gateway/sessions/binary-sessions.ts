// The session names of the binary port, for an operator: what its door has, and their end.

/** One of them, as it is. */
export interface BinarySession {
  readonly account: number;
  readonly name: string;
  readonly hasBalances: boolean;
  readonly hasIncreasingRefs: boolean;
  /** Of its numbered stream. */
  readonly nextNumber: number;
  /** To the hour. */
  readonly loggedInAtUs: number;
  readonly isLoggedIn: boolean;
}

/** The door that has them. */
export interface BinarySessionDoor {
  /** By account and name. */
  list(): readonly BinarySession[];
  /** Returns whether there was one. */
  delete(account: number, name: string): boolean;
}

export class BinarySessions {
  #door: BinarySessionDoor | undefined;

  serve(door: BinarySessionDoor): void {
    this.#door = door;
  }

  /** By account and name. */
  list(): readonly BinarySession[] {
    return this.#door?.list() ?? [];
  }

  /**
   * Ends its connection and frees its name; what it was owed goes, also from disk. Returns whether
   * there was one.
   */
  delete(account: number, name: string): boolean {
    return this.#door?.delete(account, name) ?? false;
  }
}

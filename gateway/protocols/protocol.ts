// What main.ts asks of every way in.

export interface Protocol {
  /** Lower-case name, as in logs. */
  readonly name: string;
  /** Where it listens, for people: `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Takes no new work, and resolves when what was taken is answered or the deadline is over. */
  drain(deadlineMs: number): Promise<void>;
  /** Closes every connection. */
  stop(): Promise<void>;
}

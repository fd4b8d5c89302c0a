// Reads one line of a scenario word by word. Every refusal names file and line.

/** A scenario that cannot be read, or that did not come true. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";

  constructor(path: string, line: number, message: string) {
    super(`${path}:${line}: ${message}`);
  }
}

/** The words of one line. A comma is a word of its own; quotes keep spaces and commas in one. */
export class Words {
  readonly #path: string;
  readonly #line: number;
  readonly #words: readonly string[];
  #next = 0;

  constructor(path: string, line: number, text: string) {
    this.#path = path;
    this.#line = line;
    this.#words = [...text.matchAll(/"[^"]*"|,|[^\s,"]+/g)].map(([word]) => word);
  }

  fail(message: string): never {
    throw new ScenarioError(this.#path, this.#line, message);
  }

  get isAtEnd(): boolean {
    return this.#next === this.#words.length;
  }

  /** The word ahead; "" at the end. */
  peek(): string {
    return this.#words[this.#next] ?? "";
  }

  /** Takes `word` when it is ahead. */
  takeIf(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#next += 1;
    return true;
  }

  /** Takes exactly these words. */
  take(...words: string[]): void {
    for (const word of words) if (!this.takeIf(word)) this.fail(this.#wanted(word));
  }

  /** Takes one of these words. */
  choose<Word extends string>(choices: readonly Word[]): Word {
    const chosen = choices.find((word) => this.takeIf(word));
    return chosen ?? this.fail(this.#wanted(`one of ${choices.join(", ")}`));
  }

  /** Takes a name, id or code; quotes are taken off. */
  name(meaning: string): string {
    const word = this.peek();
    if (word === "" || word === "," || word === "->") this.fail(this.#wanted(meaning));
    this.#next += 1;
    return word.startsWith('"') ? word.slice(1, -1) : word;
  }

  get isNumberAhead(): boolean {
    return /^(-?[0-9]|")/.test(this.peek());
  }

  /** Takes a number as it stands; one that is none is written in quotes. */
  number(meaning: string): string {
    if (!this.isNumberAhead) this.fail(this.#wanted(meaning));
    return this.name(meaning);
  }

  /** Takes a whole number. */
  count(meaning: string): number {
    if (!/^[0-9]{1,15}$/.test(this.peek())) this.fail(this.#wanted(meaning));
    return Number(this.name(meaning));
  }

  /** Refuses what is left. */
  end(): void {
    if (!this.isAtEnd) this.fail(this.#wanted("nothing more"));
  }

  #wanted(wanted: string): string {
    return `expected ${wanted}, found ${this.isAtEnd ? "the end of the line" : this.peek()}`;
  }
}

// A client that is not ours, as a process of its own: follows a book and an account over venues
// that come and go.

import { until } from "../../support/deadline.ts";

const WAIT_MS_MAX = 20_000;

export class StockClient {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: string[] = [];

  /** `command`: is given a key and a symbol. */
  constructor(command: readonly string[], token: string, symbol: string) {
    this.#child = Bun.spawn([...command, token, symbol], { stdio: ["pipe", "pipe", "inherit"] });
    void this.#read();
  }

  /** How many connections have ended. */
  get goneCount(): number {
    return this.#lines.filter((line) => line === "gone").length;
  }

  connect(url: string): void {
    this.#write(`connect ${url.replace("http", "ws")}/ws`);
  }

  /** What it has built. */
  async show(): Promise<Readonly<Record<string, unknown>>> {
    const isDocument = (line: string): boolean => line.startsWith("{");
    const count = this.#lines.filter(isDocument).length;
    this.#write("show");
    const line = await until(
      WAIT_MS_MAX,
      "the client shows its state",
      () => this.#lines.filter(isDocument)[count],
    );
    const shown: unknown = JSON.parse(line);
    return typeof shown === "object" && shown !== null ? { ...shown } : {};
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }

  #write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
    this.#child.stdin.flush();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of this.#child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
    }
  }
}

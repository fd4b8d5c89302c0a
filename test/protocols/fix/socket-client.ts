// A client on a real socket that speaks in the lines of the scripts.

import { systemClock } from "../../../gateway/clock.ts";
import { Framer } from "../../../gateway/protocols/fix/wire/framer.ts";
import { FixMessage } from "../../../gateway/protocols/fix/wire/message.ts";
import { until, within } from "../../support/deadline.ts";
import { type Names, toMessage } from "./script-peer.ts";

const WAIT_MS = 10_000;

export class SocketClient implements Disposable {
  readonly #names: Names;
  readonly #framer = new Framer({ bodyBytesMax: 1 << 20, bufferBytesMax: 64 << 20 });
  readonly #message = new FixMessage();
  readonly #hear: (message: FixMessage) => void;
  #socket: Bun.Socket | undefined;
  isClosed = false;
  /** MsgType and MsgSeqNum of what came, as `A 1`. */
  readonly heard: string[] = [];

  private constructor(names: Names, hear: (message: FixMessage) => void) {
    this.#names = names;
    this.#hear = hear;
  }

  /** `hear` is told of each message as it comes. Errors: throws when nobody listens. */
  static async connect(
    port: number,
    client: string,
    options: { readonly isTls?: boolean; readonly hear?: (message: FixMessage) => void } = {},
  ): Promise<SocketClient> {
    const names = { beginString: "FIX.4.4", venue: "VENUE", client };
    const made = new SocketClient(names, options.hear ?? (() => {}));
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    made.#socket = await Bun.connect({
      ...{ hostname: "127.0.0.1", port },
      ...(options.isTls === true ? { tls: { rejectUnauthorized: false } } : {}),
      socket: {
        // After the handshake, where there is one: before it nothing is taken.
        open: () => open(),
        data: (_, chunk) => made.#receive(chunk),
        close: () => {
          made.isClosed = true;
        },
        error() {},
      },
    });
    await within(WAIT_MS, "the connection", opened);
    return made;
  }

  send(line: string): void {
    const text = toMessage(line, this.#names, systemClock.nowUs());
    this.#socket?.write(Buffer.from(text, "latin1"));
  }

  /** Waits for a message of this type and number. */
  async until(what: string): Promise<void> {
    await until(WAIT_MS, `${what} after ${this.heard.at(-1)}`, () => this.heard.includes(what));
  }

  async untilClosed(): Promise<void> {
    await until(WAIT_MS, "the close", () => this.isClosed);
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  [Symbol.dispose](): void {
    this.#socket?.terminate();
  }

  #receive(chunk: Buffer): void {
    this.#framer.feed(chunk);
    for (let frame = this.#framer.next(); frame !== "incomplete"; frame = this.#framer.next()) {
      const { bytes, start, end } = this.#framer;
      if (frame !== "message" || this.#message.parse(bytes, start, end) !== "ok") {
        this.heard.push("garbled");
        continue;
      }
      this.heard.push(`${this.#message.msgType} ${this.#message.text(34)}`);
      this.#hear(this.#message);
    }
  }
}

// A client on a real socket that speaks in the lines of the scripts.

import { systemClock } from "../../../gateway/clock.ts";
import type { FixMessage } from "../../../gateway/protocols/fix/wire/message.ts";
import { until } from "../../support/deadline.ts";
import { FramedSocket } from "../../support/framed-socket.ts";
import { type Names, toMessage } from "./script-peer.ts";

const WAIT_MS = 10_000;

export class SocketClient implements Disposable {
  readonly #names: Names;
  readonly #socket: FramedSocket;
  /** MsgType and MsgSeqNum of what came, as `A 1`. */
  readonly heard: string[];

  private constructor(names: Names, socket: FramedSocket, heard: string[]) {
    this.#names = names;
    this.#socket = socket;
    this.heard = heard;
  }

  /** `hear` is told of each message as it comes. Errors: throws when nobody listens. */
  static async connect(
    port: number,
    client: string,
    options: { readonly isTls?: boolean; readonly hear?: (message: FixMessage) => void } = {},
  ): Promise<SocketClient> {
    const { isTls = false, hear } = options;
    const heard: string[] = [];
    const target = { hostname: "127.0.0.1", port, isTls };
    const socket = await FramedSocket.connect(target, {
      hear: (message) => {
        heard.push(`${message.msgType} ${message.text(34)}`);
        hear?.(message);
      },
      hearGarbled: () => heard.push("garbled"),
    });
    const names = { beginString: "FIX.4.4", venue: "VENUE", client };
    return new SocketClient(names, socket, heard);
  }

  get isClosed(): boolean {
    return this.#socket.isClosed;
  }

  send(line: string): void {
    const text = toMessage(line, this.#names, systemClock.nowUs());
    this.#socket.write(Buffer.from(text, "latin1"));
  }

  /** Waits for a message of this type and number. */
  async until(what: string): Promise<void> {
    await until(WAIT_MS, `${what} after ${this.heard.at(-1)}`, () => this.heard.includes(what));
  }

  async untilClosed(): Promise<void> {
    await until(WAIT_MS, "the close", () => this.isClosed);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

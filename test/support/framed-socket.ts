// Bytes of a FIX port as messages: what clients of tests on real sockets share.

import { Framer } from "../../gateway/protocols/fix/wire/framer.ts";
import { FixMessage } from "../../gateway/protocols/fix/wire/message.ts";
import { within } from "./deadline.ts";

const WAIT_MS = 10_000;
/** More than a venue has unsent for a client. */
const BYTES_MAX = 64 << 20;
const FIELDS_MAX = 65_536;

/** What comes; a message is valid until the call returns. */
export interface FrameSink {
  hear(message: FixMessage): void;
  /** Bytes that are no message. */
  hearGarbled(text: string): void;
}

interface SocketTarget {
  readonly hostname: string;
  readonly port: number;
  readonly isTls?: boolean;
}

export class FramedSocket implements Disposable {
  readonly #framer = new Framer({ bodyBytesMax: BYTES_MAX, bufferBytesMax: BYTES_MAX });
  readonly #message = new FixMessage(FIELDS_MAX);
  readonly #sink: FrameSink;
  #socket: Bun.Socket | undefined;
  isClosed = false;

  private constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Errors: throws when nobody listens. */
  static async connect(target: SocketTarget, sink: FrameSink): Promise<FramedSocket> {
    const made = new FramedSocket(sink);
    const { hostname, port, isTls } = target;
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    made.#socket = await Bun.connect({
      ...{ hostname, port },
      ...(isTls === true ? { tls: { rejectUnauthorized: false } } : {}),
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

  write(bytes: Uint8Array): void {
    this.#socket?.write(bytes);
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
      const isWhole = frame === "message" && this.#message.parse(bytes, start, end) === "ok";
      if (isWhole) this.#sink.hear(this.#message);
      else this.#sink.hearGarbled(bytes.toString("latin1", start, end));
    }
  }
}

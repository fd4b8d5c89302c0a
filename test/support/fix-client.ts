// A FIX client without a socket: a session of its own that asks for what it missed, and holds every
// message of the venue against the stock dictionary and the venue's own.

import { systemClock } from "../../gateway/clock.ts";
import type { Acceptor } from "../../gateway/protocols/fix/acceptor/acceptor.ts";
import type { ByteSocket } from "../../gateway/sessions/byte-listener.ts";
import type { Connection } from "../../gateway/protocols/fix/acceptor/connection.ts";
import { makeStockDictionary, makeVenueDictionary } from "../../gateway/protocols/fix/codec.ts";
import { STRICT, validate } from "../../gateway/protocols/fix/dictionary/validation.ts";
import { Framer } from "../../gateway/protocols/fix/wire/framer.ts";
import { FixMessage } from "../../gateway/protocols/fix/wire/message.ts";
import { FixWriter } from "../../gateway/protocols/fix/wire/writer.ts";
import { until } from "./deadline.ts";

export const VENUE_COMP_ID = "OPENBELL";
const DICTIONARIES = { stock: makeStockDictionary(), venue: makeVenueDictionary() };
const FRAME_BYTES_MAX = 1 << 20;
const WAIT_MS_MAX = 10_000;

/** A message as the client got it, in sequence. */
export interface Received {
  readonly type: string;
  readonly isRepeat: boolean;
  readonly fields: ReadonlyMap<number, string>;
  /** `11=a 150=0 …`: the fields asked for, as far as they are there. */
  show(...tags: readonly number[]): string;
}

/** Tag and value; fields of 0 are left out. */
export type Body = Readonly<Record<number, string | number>>;

interface SendOptions {
  readonly isPossDup?: boolean;
  readonly isPossResend?: boolean;
}

/** Messages that are not sent twice. */
const SESSION_TYPES = new Set(["0", "1", "2", "3", "4", "5", "A"]);

export class FixClient {
  readonly compId: string;
  /** What came in sequence, resent or not; each once. */
  readonly received: Received[] = [];
  nextOut = 1;
  /** Frames sent, by number; a Logon is not sent again. */
  readonly #sent = new Map<number, { readonly type: string; readonly body: Body }>();
  expectedIn = 1;
  #writer = new FixWriter();
  #message = new FixMessage();
  #framer = new Framer({ bodyBytesMax: FRAME_BYTES_MAX, bufferBytesMax: FRAME_BYTES_MAX });
  #acceptor: Acceptor | undefined;
  #connection: Connection | undefined;
  #isAsking = false;
  #read = 0;

  constructor(compId: string) {
    this.compId = compId;
  }

  /** One that knows and sent what this one did, to see how else it could have gone on. */
  fork(): FixClient {
    const twin = new FixClient(this.compId);
    twin.nextOut = this.nextOut;
    twin.expectedIn = this.expectedIn;
    for (const [sequence, sent] of this.#sent) twin.#sent.set(sequence, sent);
    return twin;
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** Connects and logs on. */
  async logOn(acceptor: Acceptor, fields: Body = {}): Promise<void> {
    this.connect(acceptor, fields);
    await this.next("A");
  }

  /** As `logOn`, and does not wait for the answer. */
  connect(acceptor: Acceptor, fields: Body = {}): void {
    this.#framer = new Framer({ bodyBytesMax: FRAME_BYTES_MAX, bufferBytesMax: FRAME_BYTES_MAX });
    this.#isAsking = false;
    const socket: ByteSocket = {
      remoteAddress: "127.0.0.1",
      write: (bytes, offset, length) => {
        // The socket has the bytes only after this turn, as a real one would.
        const chunk = Buffer.from(bytes.subarray(offset, offset + length));
        queueMicrotask(() => this.#hear(chunk));
        return length;
      },
      end: () => queueMicrotask(() => this.drop()),
      terminate: () => queueMicrotask(() => this.drop()),
      pause() {},
      resume() {},
    };
    this.#acceptor = acceptor;
    this.#connection = acceptor.opened(socket, false);
    this.send("A", { 98: 0, 108: 60, ...fields });
  }

  /** The connection is gone, without a word. */
  drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#acceptor?.closed(connection);
  }

  async logOut(): Promise<void> {
    this.send("5", {});
    await this.next("5");
  }

  /** Sends a message with its fields in the order of their tags. */
  send(type: string, body: Body, options: SendOptions = {}): void {
    this.#sent.set(this.nextOut, { type, body });
    this.#write(this.nextOut, type, body, options);
    this.nextOut += 1;
  }

  /** Sends again what the venue asks for; session messages become a gap fill. */
  #resend(from: number): void {
    for (let sequence = from; sequence < this.nextOut; sequence += 1) {
      const sent = this.#sent.get(sequence);
      if (sent !== undefined && !SESSION_TYPES.has(sent.type)) {
        this.#write(sequence, sent.type, sent.body, { isPossDup: true });
      } else {
        const fill = { 36: sequence + 1, 123: "Y" };
        this.#write(sequence, "4", fill, { isPossDup: true });
      }
    }
  }

  #write(sequence: number, type: string, body: Body, options: SendOptions): void {
    const connection = this.#connection;
    if (connection === undefined) throw new Error(`${this.compId} is not connected`);
    const writer = this.#writer.begin(type);
    for (const [tag, value] of Object.entries(body)) writer.text(Number(tag), String(value));
    const nowUs = systemClock.nowUs();
    const { bytes, start, end } = writer.finish({
      ...{ beginString: "FIX.4.4", senderCompId: this.compId, targetCompId: VENUE_COMP_ID },
      ...{ sequence, sendingTimeUs: nowUs, timestampDigits: 3 },
      ...(options.isPossDup === true ? { possDup: true, origSendingTimeUs: nowUs } : {}),
      ...(options.isPossResend === true ? { possResend: true } : {}),
    });
    this.#acceptor?.received(connection, Buffer.from(bytes.subarray(start, end)));
  }

  /** Waits until everything that was sent to it so far has come: asked for a sign, it gave one. */
  async settle(): Promise<void> {
    const id = `settle-${this.nextOut}`;
    this.send("1", { 112: id });
    await until(WAIT_MS_MAX, `${this.compId}: an answer to ${id}`, () => {
      return this.received.some(({ fields }) => fields.get(112) === id);
    });
  }

  /** The next message not read yet, or the next of a type; those before it are passed over. */
  async next(type?: string): Promise<Received> {
    return until(WAIT_MS_MAX, `${this.compId}: a message ${type ?? ""}`, () => {
      while (this.#read < this.received.length) {
        const message = this.received[this.#read];
        this.#read += 1;
        if (type === undefined || message?.type === type) return message;
      }
      return undefined;
    });
  }

  /** The next messages, each as `show` has it. */
  async take(count: number, ...tags: readonly number[]): Promise<string[]> {
    const lines: string[] = [];
    while (lines.length < count) {
      const message = await this.next();
      lines.push(`${message.type} ${message.show(...tags)}`.trim());
    }
    return lines;
  }

  #hear(chunk: Buffer): void {
    this.#framer.feed(chunk);
    for (;;) {
      const found = this.#framer.next();
      if (found === "incomplete") return;
      const { bytes, start, end } = this.#framer;
      const text = bytes.toString("latin1", start, end).replaceAll("\x01", "|");
      if (found !== "message" || this.#message.parse(bytes, start, end) !== "ok") {
        throw new Error(`${found}: ${text}`);
      }
      for (const [name, dictionary] of Object.entries(DICTIONARIES)) {
        const flaw = validate(this.#message, dictionary, STRICT);
        if (flaw !== undefined) throw new Error(`${name}: ${JSON.stringify(flaw)} in ${text}`);
      }
      this.#take(this.#message);
    }
  }

  #take(message: FixMessage): void {
    const sequence = message.integer(34) ?? 0;
    // Whatever its number: else both sides would wait for each other.
    if (message.msgType === "2" && sequence >= this.expectedIn) {
      this.#resend(message.integer(7) ?? 1);
    }
    const isGapFill = message.msgType === "4";
    if (sequence > this.expectedIn) {
      if (!this.#isAsking) {
        this.#isAsking = true;
        this.send("2", { 7: this.expectedIn, 16: 0 });
      }
      // Told apart from the rest, so that a Logon is not waited for in vain.
      if (message.msgType === "A") this.received.push(toReceived(message));
      return;
    }
    if (sequence < this.expectedIn) {
      if (message.is(43, "Y")) return;
      throw new Error(`${this.compId}: ${sequence} where ${this.expectedIn} is due`);
    }
    this.#isAsking = false;
    this.expectedIn = isGapFill ? (message.integer(36) ?? 0) : sequence + 1;
    if (!isGapFill) this.received.push(toReceived(message));
    // The answer to a Logout, or its cause: either way this is the end.
    if (message.msgType === "5") queueMicrotask(() => this.drop());
  }
}

function toReceived(message: FixMessage): Received {
  const fields = new Map<number, string>();
  for (let index = 0; index < message.count; index += 1) {
    fields.set(message.tags[index] ?? 0, message.textAt(index));
  }
  return {
    type: message.msgType,
    isRepeat: message.is(43, "Y"),
    fields,
    show: (...tags) =>
      tags.flatMap((tag) => (fields.has(tag) ? [`${tag}=${fields.get(tag)}`] : [])).join(" "),
  };
}

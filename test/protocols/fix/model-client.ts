// A client that keeps to the book and nothing more: it numbers, stores, asks for what it misses and
// sends again what it is asked for. Written without a line of the session layer, to be held against
// it while connections break, bytes are damaged and processes end.

import type { Acceptor } from "../../../gateway/protocols/fix/acceptor/acceptor.ts";
import type { ByteSocket } from "../../../gateway/sessions/byte-listener.ts";
import type { Connection } from "../../../gateway/protocols/fix/acceptor/connection.ts";
import { Framer } from "../../../gateway/protocols/fix/wire/framer.ts";
import { FixMessage } from "../../../gateway/protocols/fix/wire/message.ts";
import type { ManualClock } from "../../support/manual-clock.ts";
import { toMessage } from "./script-peer.ts";

const NAMES = { beginString: "FIX.4.4", venue: "VENUE", client: "CLIENT1" };

export class ModelClient {
  /** Texts of the application messages that came, in order, each once. */
  readonly received: string[] = [];
  /** What it complains of: a message that no venue may send. */
  readonly complaints: string[] = [];
  /** Application messages by number. */
  readonly #sent = new Map<number, string>();
  readonly #early = new Map<number, string>();
  readonly #clock: ManualClock;
  #nextOut = 1;
  #expectedIn = 1;
  #line: Line | undefined;
  #isLoggedOn = false;
  #hasAsked = false;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  get isLoggedOn(): boolean {
    return this.#isLoggedOn;
  }

  get isConnected(): boolean {
    return this.#line !== undefined;
  }

  connect(acceptor: Acceptor): void {
    this.#line?.terminate();
    this.#isLoggedOn = false;
    this.#hasAsked = false;
    this.#early.clear();
    const line = new Line(
      acceptor,
      (message) => this.#receive(message),
      () => {
        if (this.#line !== line) return;
        this.#line = undefined;
        this.#isLoggedOn = false;
      },
    );
    this.#line = line;
    this.#sendAdmin("A", "98=0|108=30");
  }

  disconnect(): void {
    this.#line?.terminate();
  }

  /** Sends an order, or stores it while it is not logged on. `isDamaged` breaks it on the way. */
  order(text: string, isDamaged: boolean): void {
    const body = `11=${text}|21=1|38=1|40=1|54=1|55=X|60=20260101-00:00:00`;
    const sequence = this.#nextOut;
    this.#nextOut += 1;
    this.#sent.set(sequence, body);
    if (this.#isLoggedOn) this.#write("D", sequence, body, isDamaged);
  }

  /** A sign of life: whoever missed something before it will notice. */
  ping(isDamaged: boolean): void {
    if (this.#isLoggedOn) this.#sendAdmin("1", "112=ping", isDamaged);
  }

  #sendAdmin(type: string, body: string, isDamaged = false): void {
    const sequence = this.#nextOut;
    this.#nextOut += 1;
    this.#write(type, sequence, body, isDamaged);
  }

  #write(type: string, sequence: number, body: string, isDamaged = false): void {
    const text = toMessage(`35=${type}|34=${sequence}|${body}`, NAMES, this.#clock.nowUs());
    this.#line?.send(isDamaged ? text.replace("10=", "1O=") : text);
  }

  #receive(message: FixMessage): void {
    const { msgType } = message;
    const sequence = message.integer(34) ?? 0;
    const isPossDup = message.is(43, "Y");
    if (isPossDup && (message.timestamp(122) ?? 0) > (message.timestamp(52) ?? 0)) {
      this.complaints.push(`${sequence} was first sent after it was sent again`);
    }
    if (msgType === "2") this.#resend(message);
    if (msgType === "A") this.#isLoggedOn = true;
    else if (!this.#isLoggedOn) this.complaints.push(`${msgType} came before the Logon`);
    if (msgType === "5" || msgType === "3") {
      this.complaints.push(`${msgType} ${message.text(58)}`);
    }
    if (sequence < this.#expectedIn) {
      if (!isPossDup) this.complaints.push(`${sequence} is too low`);
      return;
    }
    this.#early.set(sequence, this.#toTask(message));
    this.#takeEarly();
    if (sequence > this.#expectedIn && !this.#hasAsked) {
      this.#hasAsked = true;
      this.#sendAdmin("2", `7=${this.#expectedIn}|16=0`);
    }
  }

  /** What is to be done when the message has its turn. */
  #toTask(message: FixMessage): string {
    if (message.msgType === "4") return `skip ${message.integer(36)}`;
    if (message.msgType === "1") return `answer ${message.text(112)}`;
    if (message.msgType === "D") return `take ${message.text(11)}`;
    return message.msgType === "B" ? `take ${message.text(148)}` : "nothing";
  }

  #takeEarly(): void {
    for (;;) {
      const task = this.#early.get(this.#expectedIn);
      if (task === undefined) break;
      this.#early.delete(this.#expectedIn);
      const [word, value = ""] = task.split(" ");
      this.#expectedIn = word === "skip" ? Number(value) : this.#expectedIn + 1;
      if (word === "take") this.received.push(value);
      if (word === "answer") this.#sendAdmin("0", `112=${value}`);
    }
    for (const sequence of this.#early.keys()) {
      if (sequence < this.#expectedIn) this.#early.delete(sequence);
    }
    if (this.#early.size === 0) this.#hasAsked = false;
  }

  #resend(message: FixMessage): void {
    const from = message.integer(7) ?? 0;
    const end = message.integer(16) ?? 0;
    const last = end === 0 ? this.#nextOut - 1 : Math.min(end, this.#nextOut - 1);
    let gapFrom = from;
    for (let sequence = from; sequence <= last; sequence += 1) {
      const body = this.#sent.get(sequence);
      if (body === undefined) continue;
      this.#fillGap(gapFrom, sequence);
      this.#write("D", sequence, `43=Y|122=<now>|${body}`);
      gapFrom = sequence + 1;
    }
    this.#fillGap(gapFrom, last + 1);
  }

  #fillGap(from: number, to: number): void {
    if (from < to) this.#write("4", from, `43=Y|122=<now>|123=Y|36=${to}`);
  }
}

/** One connection. */
class Line implements ByteSocket {
  readonly remoteAddress = "127.0.0.1";
  readonly #acceptor: Acceptor;
  readonly #hear: (message: FixMessage) => void;
  readonly #close: () => void;
  readonly #framer = new Framer({ bodyBytesMax: 1 << 20, bufferBytesMax: 64 << 20 });
  readonly #connection: Connection | undefined;
  #isClosed = false;

  constructor(acceptor: Acceptor, hear: (message: FixMessage) => void, close: () => void) {
    this.#acceptor = acceptor;
    this.#hear = hear;
    this.#close = close;
    this.#connection = acceptor.opened(this, false);
  }

  send(text: string): void {
    if (this.#isClosed || this.#connection === undefined) return;
    this.#acceptor.received(this.#connection, Buffer.from(text, "latin1"));
  }

  write(bytes: Buffer, offset: number, length: number): number {
    if (this.#isClosed) return -1;
    this.#framer.feed(Buffer.from(bytes.subarray(offset, offset + length)));
    for (let frame = this.#framer.next(); frame !== "incomplete"; frame = this.#framer.next()) {
      const message = new FixMessage(64);
      if (frame !== "message") throw new Error("the venue wrote a garbled message");
      if (message.parse(this.#framer.bytes, this.#framer.start, this.#framer.end) !== "ok") {
        throw new Error("the venue wrote a garbled message");
      }
      this.#hear(message);
    }
    return length;
  }

  end(): void {
    this.terminate();
  }

  terminate(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#connection !== undefined) this.#acceptor.closed(this.#connection);
    this.#close();
  }

  pause(): void {}

  resume(): void {}
}

// A stream of FIX messages out of one seed, some of them damaged, cut anywhere, and what must be
// true of whoever reads it: no crash, no standstill, no growth, and no good message lost.

import { Random } from "../../gateway/demo/random.ts";
import { makeStockDictionary, makeVenueDictionary } from "../../gateway/protocols/fix/codec.ts";
import { STRICT, validate } from "../../gateway/protocols/fix/dictionary/validation.ts";
import { Framer } from "../../gateway/protocols/fix/wire/framer.ts";
import { FixMessage } from "../../gateway/protocols/fix/wire/message.ts";
import { FixWriter } from "../../gateway/protocols/fix/wire/writer.ts";

const BODY_BYTES_MAX = 8_192;
/** BeginString, BodyLength and CheckSum around a body. */
const FRAME_BYTES_MAX = 64;
const START_US = 1_795_262_400_000_000;
const TYPES = ["0", "1", "2", "3", "5", "8", "A", "D", "F", "G", "V", "W", "AE", "ZZ", "*"];
const TAGS = [
  ...[1, 6, 11, 14, 18, 21, 31, 32, 34, 37, 38, 40, 41, 44, 45, 49, 54, 55, 58, 59, 60, 99, 112],
  ...[146, 150, 151, 262, 263, 264, 267, 268, 269, 270, 271, 279, 448, 452, 453, 802, 999, 5_001],
];
const VALUES = ["1", "2", "0", "D", "Y", "-1", "50000.10", "BTC-USDT", "G 6", "x=y", "8=FIX.4.4"];
/** Bytes that mean something to a reader. */
const SIGNS = Buffer.from("\x01=890135-.\x00\xff", "latin1");

/** How much was read, and as what. */
export interface FuzzCounts {
  messages: number;
  garbled: number;
  flawed: number;
  valid: number;
}

export class FixFuzz {
  readonly #random: Random;
  readonly #writer = new FixWriter();
  readonly #framer = new Framer({ bodyBytesMax: BODY_BYTES_MAX, bufferBytesMax: 1 << 20 });
  readonly #message = new FixMessage();
  readonly #dictionaries = [makeStockDictionary(), makeVenueDictionary()];
  readonly counts: FuzzCounts = { messages: 0, garbled: 0, flawed: 0, valid: 0 };
  #sequence = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** A message that can be read, of any fields. Valid until the next. */
  message(): Buffer {
    const { below } = this;
    this.#sequence += 1;
    const writer = this.#writer.begin(TYPES[below(TYPES.length)] ?? "0");
    for (let fields = below(24); fields > 0; fields -= 1) {
      const tag = TAGS[below(TAGS.length)] ?? 1;
      const kind = below(8);
      if (kind === 0) writer.timestamp(tag, START_US + below(1 << 30), 3);
      else if (kind === 1) writer.integer(tag, below(1 << 20));
      else if (kind === 2) writer.decimal(tag, below(1 << 30), below(9));
      else if (kind === 3) this.#addData(writer);
      else writer.text(tag, VALUES[below(VALUES.length)] ?? "x");
    }
    const frame = writer.finish({
      ...{ beginString: "FIX.4.4", senderCompId: "C", targetCompId: "V", timestampDigits: 3 },
      ...{ sequence: this.#sequence, sendingTimeUs: START_US + this.#sequence },
    });
    return frame.bytes.subarray(frame.start, frame.end);
  }

  /** Data of which any byte may be anything. */
  #addData(writer: FixWriter): void {
    const data = Buffer.from(Array.from({ length: 1 + this.below(9) }, () => this.below(256)));
    writer.integer(95, data.length).raw(96, data, 0, data.length);
  }

  /** A whole number from 0 up to, but without, `bound`. */
  readonly below = (bound: number): number => this.#random.below(bound);

  /** A copy with some bytes changed, doubled, taken out or cut off. */
  damage(frame: Buffer): Buffer {
    let damaged = Buffer.from(frame);
    for (let times = 1 + this.below(3); times > 0; times -= 1) {
      const at = this.below(damaged.length);
      const sign = SIGNS[this.below(SIGNS.length)] ?? 0;
      const kind = this.below(5);
      if (kind === 0) damaged[at] = this.below(256);
      else if (kind === 1) damaged[at] = sign;
      else if (kind === 2)
        damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + 1)]);
      else if (kind === 3) damaged = damaged.subarray(0, at + 1);
      else
        damaged = Buffer.concat([damaged.subarray(0, at), Buffer.of(sign), damaged.subarray(at)]);
    }
    return damaged;
  }

  /**
   * Feeds a burst of good messages in random pieces; each must come out as it went in.
   *
   * `onTheWay` is what happens to the stream, for a test of this very test. Order: the stream is at
   * the start of a message.
   */
  feedGood(count: number, onTheWay = (stream: Buffer): Buffer => stream): void {
    const frames = Array.from({ length: count }, () => Buffer.from(this.message()));
    const found: string[] = [];
    const stream = onTheWay(Buffer.concat(frames));
    this.#feed(stream, (bytes) => found.push(bytes.toString("latin1")));
    const wanted = frames.map((frame) => frame.toString("latin1"));
    if (!Bun.deepEquals(found, wanted)) throw new Error("a good message was lost or changed");
  }

  /** Feeds a burst of which about half is damaged or chance, then what lets the stream recover. */
  feedDamaged(count: number): void {
    const pieces = Array.from({ length: count }, () => {
      const kind = this.below(4);
      if (kind < 2) return Buffer.from(this.message());
      if (kind === 2) return this.damage(this.message());
      return Buffer.from(Array.from({ length: this.below(40) }, () => this.below(256)));
    });
    this.#feed(Buffer.concat(pieces), () => undefined);
    // The longest body that a damaged length can declare; then a field that ends no message.
    this.#feed(Buffer.from(`${"x".repeat(BODY_BYTES_MAX + FRAME_BYTES_MAX)}\x01`), () => undefined);
  }

  #feed(stream: Buffer, onMessage: (bytes: Buffer) => void): void {
    let from = 0;
    while (from < stream.length) {
      const length = 1 + this.below(this.below(4) === 0 ? 8 : 2_048);
      const chunk = stream.subarray(from, from + length);
      from += chunk.length;
      this.#framer.feed(chunk);
      const bound = this.#framer.bytes.length;
      if (bound > BODY_BYTES_MAX + FRAME_BYTES_MAX + chunk.length) throw new Error("bytes pile up");
      for (let step = 0; ; step += 1) {
        const result = this.#framer.next();
        if (result === "incomplete") break;
        if (step > bound) throw new Error(`${step} results of ${bound} bytes`);
        if (result === "message") this.#read(onMessage);
      }
    }
  }

  #read(onMessage: (bytes: Buffer) => void): void {
    const { bytes, start, end } = this.#framer;
    this.counts.messages += 1;
    if (this.#message.parse(bytes, start, end) === "garbled") {
      this.counts.garbled += 1;
      return;
    }
    onMessage(bytes.subarray(start, end));
    for (const dictionary of this.#dictionaries) {
      if (validate(this.#message, dictionary, STRICT) === undefined) this.counts.valid += 1;
      else this.counts.flawed += 1;
    }
  }
}

// A FIX client on a real socket: counts its numbers, answers nothing by itself, and holds every
// message of the venue against the stock dictionary and the venue's own.

import { systemClock } from "../../gateway/clock.ts";
import { makeStockDictionary, makeVenueDictionary } from "../../gateway/protocols/fix/codec.ts";
import { STRICT, validate } from "../../gateway/protocols/fix/dictionary/validation.ts";
import type { FixMessage } from "../../gateway/protocols/fix/wire/message.ts";
import { FixWriter } from "../../gateway/protocols/fix/wire/writer.ts";
import { until } from "./deadline.ts";
import { FramedSocket } from "./framed-socket.ts";

const VENUE = "OPENBELL";
const WAIT_MS = 10_000;
const DICTIONARIES = { stock: makeStockDictionary(), venue: makeVenueDictionary() };

/** Tag and value, in the order in which they are sent; a tag may come more than once. */
export type FixFields = readonly (readonly [tag: number, value: string | number])[];

export interface FixSocketOptions {
  /** As FixServer says it: host and port. */
  readonly address: string;
  readonly compId: string;
  readonly isTls?: boolean;
  /** Number of the first message. */
  readonly sequence?: number;
}

export class FixSocketClient implements Disposable {
  readonly #compId: string;
  readonly #writer = new FixWriter();
  readonly #socket: FramedSocket;
  #sequence: number;
  #taken = 0;
  /** What came, as `35=W|55=BTC-USDT|…`: without the header but for 35, and without the trailer. */
  readonly lines: string[];

  private constructor(options: FixSocketOptions, socket: FramedSocket, lines: string[]) {
    const { compId, sequence = 1 } = options;
    this.#compId = compId;
    this.#sequence = sequence;
    this.#socket = socket;
    this.lines = lines;
  }

  static async connect(options: FixSocketOptions): Promise<FixSocketClient> {
    const { address, isTls = false } = options;
    const [hostname = "", port] = address.split(":");
    const lines: string[] = [];
    const socket = await FramedSocket.connect(
      { hostname, port: Number(port), isTls },
      {
        hear: (message) => lines.push(...flawsOf(message), toLine(message)),
        hearGarbled: (text) => lines.push(`garbled ${text}`),
      },
    );
    return new FixSocketClient(options, socket, lines);
  }

  get isClosed(): boolean {
    return this.#socket.isClosed;
  }

  /** Number of the next message. */
  get sequence(): number {
    return this.#sequence;
  }

  send(msgType: string, fields: FixFields = []): void {
    this.#sendAt(msgType, fields, systemClock.nowUs());
  }

  /** As `send`, with fields that are made of what a Logon's signature is over. */
  sendSigned(
    msgType: string,
    fields: FixFields,
    toSignature: (payload: Uint8Array) => FixFields,
  ): void {
    const nowUs = systemClock.nowUs();
    const time = new Date(Math.floor(nowUs / 1_000)).toISOString();
    const sentAt = `${time.slice(0, 10).replaceAll("-", "")}-${time.slice(11, 23)}`;
    const values = [msgType, this.#compId, VENUE, this.#sequence, sentAt];
    const payload = Buffer.from(values.join("\x01"), "latin1");
    this.#sendAt(msgType, [...fields, ...toSignature(payload)], nowUs);
  }

  #sendAt(msgType: string, fields: FixFields, sendingTimeUs: number): void {
    const writer = this.#writer.begin(msgType);
    for (const [tag, value] of fields) writer.text(tag, String(value));
    const { bytes, start, end } = writer.finish({
      ...{ beginString: "FIX.4.4", senderCompId: this.#compId, targetCompId: VENUE },
      ...{ sequence: this.#sequence, sendingTimeUs, timestampDigits: 3 },
    });
    this.#sequence += 1;
    this.#socket.write(Buffer.from(bytes.subarray(start, end)));
  }

  /** Logs on with a token of the HTTP API. */
  async logOn(token: string, fields: FixFields = []): Promise<string> {
    const [, keyId = "", secret = ""] = token.split("_");
    const credentials: FixFields = [
      [553, keyId],
      [554, secret],
    ];
    this.send("A", [[98, 0], [108, 30], ...credentials, ...fields]);
    return this.next();
  }

  /** The next message that was not taken yet. */
  async next(): Promise<string> {
    const line = await until(WAIT_MS, `a message after ${this.lines.at(-1)}`, () =>
      this.#taken < this.lines.length ? this.lines[this.#taken] : undefined,
    );
    this.#taken += 1;
    return line;
  }

  async untilClosed(): Promise<void> {
    await until(WAIT_MS, "the end of the connection", () => this.isClosed);
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

/** What the stock dictionary and the venue's own have against a message. */
function flawsOf(message: FixMessage): string[] {
  const flaws: string[] = [];
  for (const [name, dictionary] of Object.entries(DICTIONARIES)) {
    const flaw = validate(message, dictionary, STRICT);
    if (flaw !== undefined) flaws.push(`${name}: ${JSON.stringify(flaw)}`);
  }
  return flaws;
}

const HEADER = new Set([8, 9, 34, 49, 52, 56]);

function toLine(message: FixMessage): string {
  const fields: string[] = [];
  for (let index = 0; index < message.count - 1; index += 1) {
    const tag = message.tags[index] ?? 0;
    if (!HEADER.has(tag)) fields.push(`${tag}=${message.textAt(index)}`);
  }
  return fields.join("|");
}

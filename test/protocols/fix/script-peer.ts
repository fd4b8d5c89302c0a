// A client of a script: a socket that only takes notes, and the lines a person writes turned into
// messages and back.

import type { Acceptor } from "../../../gateway/protocols/fix/acceptor/acceptor.ts";
import type { ByteSocket } from "../../../gateway/sessions/byte-listener.ts";
import type { Connection } from "../../../gateway/protocols/fix/acceptor/connection.ts";
import { Framer } from "../../../gateway/protocols/fix/wire/framer.ts";
import { FixMessage } from "../../../gateway/protocols/fix/wire/message.ts";
import type { ManualClock } from "../../support/manual-clock.ts";

/** What a line may leave out: put in on the way in, checked on the way out. */
export interface Names {
  readonly beginString: string;
  readonly venue: string;
  readonly client: string;
}

const SECOND_US = 1_000_000;
const IMPLIED = new Set([8, 9, 10, 49, 52, 56]);
const TIMESTAMP = /^\d{8}-\d\d:\d\d:\d\d(\.\d{3})?$/;
/** Of `YYYYMMDD-HH:MM:SS`. */
const SECOND_LENGTH = 17;

export class ScriptPeer implements ByteSocket {
  readonly remoteAddress: string;
  readonly names: Names;
  /** Lines that came and were not expected yet. */
  readonly lines: string[] = [];
  isClosed = false;
  isStalled = false;
  /** The acceptor is told of a close by `closeNow`, as by a socket that takes its time. */
  isCloseLate = false;
  /** Once it has stalled, what comes may have been sent earlier. */
  #hasStalled = false;
  readonly #clock: ManualClock;
  readonly #acceptor: Acceptor;
  readonly #framer = new Framer({ bodyBytesMax: 1 << 20, bufferBytesMax: 64 << 20 });
  readonly #message = new FixMessage();
  readonly #connection: Connection | undefined;

  constructor(acceptor: Acceptor, clock: ManualClock, names: Names, remoteAddress: string) {
    this.#acceptor = acceptor;
    this.#clock = clock;
    this.names = names;
    this.remoteAddress = remoteAddress;
    this.#connection = acceptor.opened(this, false);
  }

  // The socket

  write(bytes: Buffer, offset: number, length: number): number {
    if (this.isClosed) return -1;
    if (this.isStalled) {
      this.#hasStalled = true;
      return 0;
    }
    this.#framer.feed(Buffer.from(bytes.subarray(offset, offset + length)));
    for (let frame = this.#framer.next(); frame !== "incomplete"; frame = this.#framer.next()) {
      const { bytes: buffer, start, end } = this.#framer;
      const isWhole = frame === "message" && this.#message.parse(buffer, start, end) === "ok";
      this.lines.push(isWhole ? this.#toLine(this.#message) : "a garbled message");
    }
    return length;
  }

  end(): void {
    this.terminate();
  }

  terminate(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (!this.isCloseLate) this.closeNow();
  }

  closeNow(): void {
    if (this.#connection !== undefined) this.#acceptor.closed(this.#connection);
  }

  pause(): void {}

  resume(): void {}

  // The person

  /** Sends several lines at once, as one read of the venue brings them. */
  sendAll(lines: readonly string[]): void {
    const nowUs = this.#clock.nowUs();
    this.sendRaw(lines.map((line) => toMessage(line, this.names, nowUs)).join(""));
  }

  /** Sends messages of a line; `34=3..9` is seven of them. */
  send(line: string): void {
    const range = /34=(\d+)\.\.(\d+)/.exec(line);
    const [, from = "", to = ""] = range ?? [];
    if (range === null) this.sendRaw(toMessage(line, this.names, this.#clock.nowUs()));
    for (let sequence = Number(from); range !== null && sequence <= Number(to); sequence += 1) {
      const each = line.replace(range[0], `34=${sequence}`);
      this.sendRaw(toMessage(each, this.names, this.#clock.nowUs()));
    }
  }

  /** Sends bytes as they are written, `|` for SOH. */
  sendRaw(text: string): void {
    const bytes = Buffer.from(
      fillTimes(text, this.#clock.nowUs()).replaceAll("|", "\x01"),
      "latin1",
    );
    if (!this.isClosed && this.#connection !== undefined) {
      this.#acceptor.received(this.#connection, bytes);
    }
  }

  drain(): void {
    this.isStalled = false;
    if (this.#connection !== undefined) this.#acceptor.drained(this.#connection);
  }

  /** The message without what every message has; those are checked here. */
  #toLine(message: FixMessage): string {
    const { beginString, venue, client } = this.names;
    // A fraction came with FIX 4.2.
    const timeLength = beginString < "FIX.4.2" ? SECOND_LENGTH : undefined;
    const sentAt = toTimestamp(this.#clock.nowUs()).slice(0, timeLength);
    const wanted: readonly (readonly [number, string])[] = [
      [8, beginString],
      [49, venue],
      [56, client],
      ...(this.#hasStalled ? [] : [[52, sentAt] as const]),
    ];
    const wrong = wanted.filter(([tag, value]) => message.text(tag) !== value);
    const fields: string[] = [];
    for (let index = 0; index < message.count; index += 1) {
      const tag = message.tags[index] ?? 0;
      const value = message.textAt(index);
      if (!IMPLIED.has(tag)) fields.push(`${tag}=${value}`);
    }
    const faults = wrong.map(([tag, value]) => `${tag}=${message.text(tag)} in place of ${value}`);
    return [...fields, ...faults].join("|");
  }
}

/** Whether a line that came is the one expected, where `<time>` stands for any timestamp. */
export function isLine(expected: string, actual: string): boolean {
  const wanted = expected.split("|");
  const got = actual.split("|");
  if (wanted.length !== got.length) return false;
  return wanted.every((field, index) => {
    const [tag = "", value = ""] = (got[index] ?? "").split("=");
    if (field === `${tag}=<time>`) return TIMESTAMP.test(value);
    return field === got[index];
  });
}

/** Adds 8, 9, 49, 52, 56 and 10 where the line has none; `-56` leaves one out. */
export function toMessage(line: string, names: Names, nowUs: number): string {
  const fields = line.split("|");
  const isGiven = (tag: number): boolean =>
    fields.some((field) => field.startsWith(`${tag}=`) || field === `-${tag}`);
  const { beginString, venue, client } = names;
  const implied = [`49=${client}`, `52=<now>`, `56=${venue}`];
  const added = implied.filter((field) => !isGiven(Number.parseInt(field, 10)));
  const given = fields.filter((field) => !/^-\d+$/.test(field));
  const begin = given[0]?.startsWith("8=") === true ? given.shift() : `8=${beginString}`;
  const [type = "", ...rest] = given;
  return withFrame(
    begin ?? "",
    `${[type, ...added, ...rest].map((field) => fillTimes(field, nowUs)).join("|")}|`,
  );
}

function fillTimes(text: string, nowUs: number): string {
  return text.replace(/<now(?:([+-])([\d.]+)s)?>/g, (_, sign = "+", seconds = "0") =>
    toTimestamp(nowUs + Number(`${sign}${seconds}`) * SECOND_US),
  );
}

function withFrame(begin: string, body: string): string {
  const text = `${begin}|9=${body.length}|${body}`.replaceAll("|", "\x01");
  let sum = 0;
  for (const byte of Buffer.from(text, "latin1")) sum += byte;
  return `${text}10=${String(sum % 256).padStart(3, "0")}\x01`;
}

function toTimestamp(timeUs: number): string {
  const text = new Date(Math.floor(timeUs / 1_000)).toISOString();
  return `${text.slice(0, 10).replaceAll("-", "")}-${text.slice(11, 23)}`;
}

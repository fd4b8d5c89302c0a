// A client of WebSocket that costs next to nothing: a bare socket, frames made once, texts looked
// at where they lie. One that costs more than the server would measure itself.

import type { Socket } from "bun";
import { systemClock } from "../gateway/clock.ts";

const TEXT = 0x81;
const CLOSE_OPCODE = 8;
const PING_OPCODE = 9;
/** Masked with zeros, which leave a payload as it is. */
const MASKED = 0x80;
const PONG = Buffer.from([0x8a, MASKED, 0, 0, 0, 0]);
/** Lengths up to here stand in the second byte. Source: RFC 6455, 5.2. */
const SHORT_MAX = 125;
const LENGTH_16 = 126;

/** Hears of a text where it lies, and when its bytes came. Units: µs since 1970. */
export type Hear = (bytes: Buffer, from: number, to: number, atUs: number) => void;

export interface Address {
  readonly port: number;
  readonly path: string;
  /** Empty: none. */
  readonly token: string;
}

/** A text as a frame of a client. Bounds: below 64 KiB. */
export function toFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head =
    length <= SHORT_MAX
      ? [TEXT, MASKED | length]
      : [TEXT, MASKED | LENGTH_16, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

/** Cuts a stream of bytes into the frames of a server. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Calls back with every frame that has come whole. */
  read(chunk: Buffer, take: (opcode: number, bytes: Buffer, from: number, to: number) => void) {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      if (left < 2) break;
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      const head = short <= SHORT_MAX ? 2 : short === LENGTH_16 ? 4 : 10;
      if (left < head) break;
      const length =
        head === 2 ? short : bytes.readUIntBE(at + (head === 4 ? 2 : 4), head === 4 ? 2 : 6);
      if (left < head + length) break;
      take((bytes[at] ?? 0) & 0x0f, bytes, at + head, at + head + length);
      at += head + length;
    }
    this.#rest = bytes.subarray(at);
  }
}

export class RawWebSocket {
  readonly #hear: Hear;
  readonly #frames = new FrameReader();
  readonly #opened = Promise.withResolvers<void>();
  #socket: Socket<RawWebSocket> | undefined;
  /** Of the answer to the upgrade, until it is whole. */
  #head = "";
  #isOpen = false;
  #isClosing = false;
  #atUs = 0;

  private constructor(hear: Hear) {
    this.#hear = hear;
  }

  /** Errors: throws when the answer is no upgrade. */
  static async connect({ port, path, token }: Address, hear: Hear): Promise<RawWebSocket> {
    const client = new RawWebSocket(hear);
    const socket = await Bun.connect<RawWebSocket>({
      hostname: "127.0.0.1",
      port,
      data: client,
      socket: HANDLERS,
    });
    client.#socket = socket;
    const bearer = token === "" ? "" : `authorization: Bearer ${token}\r\n`;
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n${bearer}\r\n`,
    );
    await client.#opened.promise;
    return client;
  }

  /** Errors: throws when the system does not take it whole: then nothing was measured. */
  send(frame: Buffer): void {
    const written = this.#socket?.write(frame);
    if (written !== frame.length) throw new Error(`${written} bytes of a frame were sent`);
  }

  /** Drops the connection. */
  close(): void {
    this.#isClosing = true;
    this.#socket?.end();
  }

  receive(chunk: Buffer): void {
    this.#atUs = systemClock.nowUs();
    if (this.#isOpen) this.#frames.read(chunk, this.#take);
    else this.#readHead(chunk);
  }

  /** The other side ended the connection. Errors: throws unless this side did. */
  end(): void {
    if (!this.#isClosing) throw new Error("the server closed a connection");
  }

  readonly #take = (opcode: number, bytes: Buffer, from: number, to: number): void => {
    if (opcode === PING_OPCODE) this.send(PONG);
    else if (opcode === CLOSE_OPCODE) this.#fail(bytes.toString("latin1", from + 2, to));
    else this.#hear(bytes, from, to, this.#atUs);
  };

  #readHead(chunk: Buffer): void {
    this.#head += chunk.toString("latin1");
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!this.#head.startsWith("HTTP/1.1 101")) {
      this.close();
      this.#opened.reject(new Error(`no upgrade: ${this.#head}`));
      return;
    }
    const rest = Buffer.from(this.#head.slice(end + 4), "latin1");
    this.#head = "";
    this.#isOpen = true;
    this.#opened.resolve();
    this.#frames.read(rest, this.#take);
  }

  #fail(reason: string): void {
    if (!this.#isClosing) throw new Error(`the server closed a connection: ${reason}`);
  }
}

const HANDLERS = {
  data: (socket: Socket<RawWebSocket>, chunk: Buffer): void => socket.data.receive(chunk),
  close: (socket: Socket<RawWebSocket>): void => socket.data.end(),
  error: (_socket: Socket<RawWebSocket>, error: Error): void => {
    throw error;
  },
};

// One connection: what came and is no message yet, and what is written and not yet taken. The
// socket below never buffers; what it does not take waits here.

import type { ByteSocket } from "../../../sessions/byte-listener.ts";
import type { ConnectionFacts } from "../session/application.ts";
import type { SessionLink } from "../session/link.ts";
import type { FixSession } from "../session/session.ts";
import { Framer, type FramerBounds } from "../wire/framer.ts";

export interface ConnectionBounds extends FramerBounds {
  /** Most bytes that may wait for a client. */
  readonly outboundBytesMax: number;
}

const FIRST_BYTES = 4_096;
/** What a burst has made larger than this is given back. */
const KEPT_BYTES_MAX = 1 << 20;
/** A resend waits while more than this does: it must not fill the buffer up by itself. */
const CONGESTED_BYTES = 256 * 1_024;

export class Connection implements SessionLink {
  readonly facts: ConnectionFacts;
  readonly framer: Framer;
  readonly connectedAtUs: number;
  /** The session that is on by this connection. */
  session: FixSession | undefined;
  /** More was written than may wait: the client is too slow. */
  isOverfull = false;
  /** No more comes in and no more is written; what waits still leaves. */
  isClosing = false;
  isPaused = false;
  /** Another turn is booked for what has come. */
  isPullBooked = false;
  /** A turn of its own is booked for its resend. */
  isGoingOn = false;
  /** Since when the socket takes nothing, and since when it is to close. */
  fullSinceUs: number | undefined;
  closingSinceUs: number | undefined;
  readonly #socket: ByteSocket;
  readonly #bounds: ConnectionBounds;
  readonly #noteWritten: (connection: Connection) => void;
  #out = Buffer.allocUnsafe(FIRST_BYTES);
  #start = 0;
  #end = 0;
  #isEnded = false;

  constructor(
    socket: ByteSocket,
    facts: ConnectionFacts,
    bounds: ConnectionBounds,
    connectedAtUs: number,
    noteWritten: (connection: Connection) => void,
  ) {
    this.facts = facts;
    this.framer = new Framer(bounds);
    this.connectedAtUs = connectedAtUs;
    this.#socket = socket;
    this.#bounds = bounds;
    this.#noteWritten = noteWritten;
  }

  get waitingBytes(): number {
    return this.#end - this.#start;
  }

  get isCongested(): boolean {
    return this.waitingBytes > CONGESTED_BYTES;
  }

  write(bytes: Buffer, start: number, end: number): void {
    if (this.isClosing || this.isOverfull) return;
    const length = end - start;
    if (this.waitingBytes + length > this.#bounds.outboundBytesMax) {
      this.isOverfull = true;
    } else {
      this.#reserve(length);
      bytes.copy(this.#out, this.#end, start, end);
      this.#end += length;
    }
    this.#noteWritten(this);
  }

  close(): void {
    this.session = undefined;
    this.isClosing = true;
    this.#noteWritten(this);
  }

  /** Hands to the socket what it takes. */
  flush(steadyUs: number): void {
    const taken = this.waitingBytes === 0 ? 0 : this.#send();
    if (taken > 0) this.fullSinceUs = undefined;
    if (this.waitingBytes > 0) {
      this.fullSinceUs ??= steadyUs;
    } else if (this.isClosing && !this.#isEnded) {
      this.#isEnded = true;
      this.#socket.end();
    }
    if (this.isClosing) this.closingSinceUs ??= steadyUs;
  }

  terminate(): void {
    this.isClosing = true;
    this.#isEnded = true;
    this.#socket.terminate();
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#socket.resume();
  }

  #send(): number {
    const taken = this.#socket.write(this.#out, this.#start, this.waitingBytes);
    // A closed socket takes it all: its close event is on the way.
    this.#start += taken < 0 ? this.waitingBytes : taken;
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
      if (this.#out.length > KEPT_BYTES_MAX) this.#out = Buffer.allocUnsafe(FIRST_BYTES);
    }
    return taken;
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#out.length) return;
    const waiting = this.waitingBytes;
    const isRoom = waiting + length <= this.#out.length / 2;
    const wanted = isRoom ? this.#out.length : Math.max(waiting + length, this.#out.length * 2);
    const target = isRoom ? this.#out : Buffer.allocUnsafe(wanted);
    this.#out.copy(target, 0, this.#start, this.#end);
    this.#out = target;
    this.#start = 0;
    this.#end = waiting;
  }
}

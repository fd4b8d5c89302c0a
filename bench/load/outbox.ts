// What a connection sends: everything of a turn in one write, as a client that wants to be fast
// does. What the socket does not take waits for it.

const FIRST_BYTES = 1 << 14;
/** A server that takes nothing for so long has stopped. */
const WAITING_BYTES_MAX = 4 << 20;

/** A socket, as far as it is written to. */
export interface Sink {
  /** Returns how much was taken; below 0: it is closed. */
  write(bytes: Uint8Array, offset: number, length: number): number;
}

export class Outbox {
  #socket: Sink | undefined;
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #start = 0;
  #end = 0;
  #isBooked = false;

  attach(socket: Sink): void {
    this.#socket = socket;
  }

  /** Copies `bytes` behind what waits. Errors: throws when too much does. */
  add(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const length = end - start;
    this.#reserve(length);
    this.#bytes.set(bytes.subarray(start, end), this.#end);
    this.#end += length;
    if (this.#isBooked) return;
    this.#isBooked = true;
    queueMicrotask(() => this.flush());
  }

  /** Hands to the socket what it takes; the rest is for `drain`. */
  flush(): void {
    this.#isBooked = false;
    if (this.#start === this.#end) return;
    const taken = this.#socket?.write(this.#bytes, this.#start, this.#end - this.#start) ?? 0;
    // A closed socket takes nothing any more: its close event is on the way.
    this.#start = taken < 0 ? this.#end : this.#start + taken;
    if (this.#start === this.#end) [this.#start, this.#end] = [0, 0];
  }

  #reserve(length: number): void {
    const waiting = this.#end - this.#start;
    if (waiting + length > WAITING_BYTES_MAX) {
      throw new Error(`${waiting} bytes wait to be sent: the server reads nothing`);
    }
    if (this.#end + length <= this.#bytes.length) return;
    const isRoom = (waiting + length) * 2 <= this.#bytes.length;
    const target = isRoom ? this.#bytes : Buffer.allocUnsafe((waiting + length) * 2);
    this.#bytes.copy(target, 0, this.#start, this.#end);
    this.#bytes = target;
    [this.#start, this.#end] = [0, waiting];
  }
}

// One connection: its socket, who it is logged in as, and when something last came and went. Its
// bytes are the gate's.

import type { Caller } from "../../sessions/authenticator.ts";
import type { ByteSocket } from "../../sessions/byte-listener.ts";
import type { Stream } from "./streams/directory.ts";

/** What a login granted. */
export interface Login {
  readonly caller: Caller;
  readonly stream: Stream;
  readonly cancelsOnDisconnect: boolean;
  /** Longest silence of either side, in microseconds. */
  readonly heartbeatUs: number;
}

/** `logging_in` while its session is opened; `closing` until its last bytes have left. */
export type ConnectionState = "new" | "logging_in" | "logged_in" | "closing" | "closed";

export class Connection {
  /** The gate's; free again when it is closed. */
  readonly id: number;
  readonly socket: ByteSocket;
  readonly address: string;
  readonly connectedAtUs: number;
  state: ConnectionState = "new";
  /** From `logging_in` to `closing`. */
  login: Login | undefined;
  receivedAtUs: number;
  sentAtUs: number;
  /** The socket takes nothing until it drains. */
  isFull = false;
  closingSinceUs: number | undefined;
  /** Questions that wait for the disk. */
  pendingQuestions = 0;
  #isPaused = false;

  constructor(id: number, socket: ByteSocket, address: string, nowUs: number) {
    this.id = id;
    this.socket = socket;
    this.address = address;
    this.connectedAtUs = nowUs;
    this.receivedAtUs = nowUs;
    this.sentAtUs = nowUs;
  }

  get isLoggedIn(): boolean {
    return this.state === "logged_in";
  }

  /** Not closing and not closed. */
  get isOpen(): boolean {
    return this.state !== "closing" && this.state !== "closed";
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.socket.resume();
  }
}

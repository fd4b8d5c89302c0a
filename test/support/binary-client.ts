// A client of the binary port on a real socket.

import { within } from "./deadline.ts";
import {
  type Kind,
  LENGTH_BYTES,
  login,
  type LoginFields,
  type Message,
  type MessageOf,
  readMessage,
} from "./binary-frames.ts";

const WAIT_MS = 10_000;
/** Of a session that a test does not want to hear heartbeats of. */
const QUIET_HEARTBEAT_MS = 60_000;
/** More than a frame of the venue may have. */
const FRAME_BYTES_MAX = 64 << 10;

interface SocketTarget {
  readonly port: number;
  readonly hostname?: string;
  readonly isTls?: boolean;
}

/** A message of one of these kinds, told apart by its kind. */
type AnyOf<Name extends Kind> = Extract<Message, { readonly kind: Name }>;

interface Waiting {
  readonly isIt: (message: Message) => boolean;
  readonly take: (message: Message) => void;
  readonly giveUp: (reason: Error) => void;
}

export class BinaryClient implements Disposable {
  /** All that came but heartbeats, oldest first. */
  readonly received: Message[] = [];
  isClosed = false;
  onHeartbeat: () => void = () => {};
  /** Resolves once the venue has ended the connection. */
  readonly closed: Promise<void>;
  readonly #close: () => void;
  #socket: Bun.Socket | undefined;
  #unread = Buffer.alloc(0);
  #unsent: Uint8Array[] = [];
  /** Messages before this one were waited for, or came before one that was. */
  #seen = 0;
  #waiting: Waiting | undefined;

  private constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#close = resolve;
  }

  /** Errors: throws when nobody listens. */
  static async connect({ port, hostname = "127.0.0.1", isTls }: SocketTarget) {
    const client = new BinaryClient();
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    client.#socket = await Bun.connect({
      ...{ hostname, port },
      ...(isTls === true ? { tls: { rejectUnauthorized: false } } : {}),
      socket: {
        // After the handshake, where there is one: before it nothing is taken.
        open: () => open(),
        data: (_, chunk) => client.#receive(chunk),
        drain: () => client.#flush(),
        close: () => client.#end(),
        error() {},
      },
    });
    await within(WAIT_MS, "the connection", opened);
    return client;
  }

  /** Connects and logs in. Errors: throws with the code when the login is refused. */
  static async logIn(target: SocketTarget, fields: LoginFields): Promise<BinaryClient> {
    const client = await BinaryClient.connect(target);
    await client.logIn(fields);
    return client;
  }

  async logIn(fields: LoginFields): Promise<MessageOf<"LoginAccepted">> {
    this.send(login({ heartbeatMs: QUIET_HEARTBEAT_MS, ...fields }));
    const answer = await this.next("LoginAccepted", "LoginRejected");
    if (answer.kind === "LoginAccepted") return answer;
    throw new Error(`the login is refused: ${answer.body.code()}`);
  }

  /** Sends frames, or bytes that are none. */
  send(...frames: readonly Uint8Array[]): void {
    this.#unsent.push(...frames);
    this.#flush();
  }

  /** The next message of one of these kinds that is not before one already waited for. */
  next<Name extends Kind>(...kinds: readonly Name[]): Promise<AnyOf<Name>> {
    const names: readonly string[] = kinds;
    const found = this.nextWhere(names.join(" or "), ({ kind }) => names.includes(kind));
    // why: only a message of these kinds is found
    return found as Promise<AnyOf<Name>>;
  }

  nextWhere(what: string, isIt: (message: Message) => boolean): Promise<Message> {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    this.#waiting = { isIt, take: resolve, giveUp: reject };
    this.#look();
    return within(WAIT_MS, what, promise).catch((error: unknown) => {
      this.#waiting = undefined;
      const told = this.received.map(({ kind, number }) => `${number} ${kind}`).slice(-20);
      throw new Error(`${what} did not come; last: ${told.join(", ")}`, { cause: error });
    });
  }

  /** Numbered messages, oldest first. */
  get numbered(): Message[] {
    return this.received.filter(({ number }) => number !== 0);
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

  #flush(): void {
    while (this.#unsent[0] !== undefined && !this.isClosed) {
      const taken = this.#socket?.write(this.#unsent[0]) ?? 0;
      if (taken < this.#unsent[0].length) {
        this.#unsent[0] = this.#unsent[0].subarray(Math.max(taken, 0));
        return;
      }
      this.#unsent.shift();
    }
  }

  #receive(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#unread.readUInt32LE(0);
      if (end > FRAME_BYTES_MAX + LENGTH_BYTES) throw new RangeError(`a frame of ${end} bytes`);
      if (this.#unread.length < end) break;
      const message = readMessage(new Uint8Array(this.#unread.subarray(LENGTH_BYTES, end)));
      if (message.kind === "Heartbeat") this.onHeartbeat();
      else this.received.push(message);
      this.#unread = this.#unread.subarray(end);
    }
    this.#look();
  }

  #look(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    const found = this.received.slice(this.#seen).findIndex(waiting.isIt);
    const message = this.received[this.#seen + found];
    if (found >= 0 && message !== undefined) {
      this.#seen += found + 1;
      this.#waiting = undefined;
      waiting.take(message);
    } else if (this.isClosed) {
      this.#waiting = undefined;
      waiting.giveUp(new Error("the connection has ended"));
    }
  }

  #end(): void {
    this.isClosed = true;
    this.#close();
    this.#look();
  }
}

// Orders over the binary protocol: a session a connection, with the code that flatc generates.

import type { Socket } from "bun";
import { rejectByNumber } from "../../gateway/domain/reject.ts";
import { OrderType, Side, TimeInForce } from "../../gateway/generated/order-entry.ts";
import {
  cancelOrder,
  LENGTH_BYTES,
  login,
  logout,
  type Message,
  newOrder,
  readMessage,
  replaceOrder,
} from "../../test/support/binary-frames.ts";
import type { Address, Connection, Credential, Door, Listener, Request } from "./connection.ts";
import { Outbox } from "./outbox.ts";

/** The venue stops reading at 4,096 without an answer. */
const IN_FLIGHT_MAX = 2_048;
/** Silence that the venue bears is five times as long: no load is so slow. */
const HEARTBEAT_MS = 60_000;
/** Until the venue ends the connection; then it is closed without that. */
const LOGOUT_MS_MAX = 2_000;

export class BinaryDoor implements Door {
  readonly #address: Address;

  constructor(address: Address) {
    this.#address = address;
  }

  async connect(credential: Credential, listener: Listener): Promise<Connection> {
    const connection = new BinaryConnection(listener);
    await connection.open(this.#address, credential);
    return connection;
  }
}

class BinaryConnection implements Connection {
  readonly inFlightMax = IN_FLIGHT_MAX;
  readonly #listener: Listener;
  readonly #loggedIn = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  /** Requests without an answer, by id. */
  readonly #pending = new Map<string, Request>();
  readonly #outbox = new Outbox();
  #socket: Socket | undefined;
  /** The beginning of a frame that has not come whole. */
  #rest = Buffer.alloc(0);
  #isClosing = false;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** Connects and logs in. Errors: rejects with what the venue says. */
  async open({ hostname, port, tls }: Address, { token, compId }: Credential): Promise<void> {
    const opened = Promise.withResolvers<void>();
    this.#socket = await Bun.connect({
      ...{ hostname, port, tls },
      socket: {
        open: () => opened.resolve(),
        data: (_, chunk) => this.#receive(chunk),
        drain: () => this.#outbox.flush(),
        close: () => this.#end(new Error("the venue closed a session")),
        error: (_, error) => this.#end(error),
      },
    });
    await opened.promise;
    this.#outbox.attach(this.#socket);
    this.#outbox.add(login({ token, session: compId, heartbeatMs: HEARTBEAT_MS }));
    await this.#loggedIn.promise;
  }

  send(request: Request): void {
    this.#pending.set(request.id, request);
    this.#outbox.add(toFrame(request));
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#outbox.add(logout());
    await Promise.race([this.#closed.promise, Bun.sleep(LOGOUT_MS_MAX)]);
    this.#socket?.end();
  }

  #end(error: Error): void {
    this.#closed.resolve();
    this.#loggedIn.reject(error);
    if (!this.#isClosing) this.#listener.broken(error);
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + bytes.readUInt32LE(at);
      if (end > bytes.length) break;
      this.#take(readMessage(bytes.subarray(at + LENGTH_BYTES, end)));
      at = end;
    }
    this.#rest = Buffer.from(bytes.subarray(at));
  }

  #take({ kind, body }: Message): void {
    switch (kind) {
      case "OrderAccepted":
        this.#answer(body.clientOrderId(), this.#isLimit(body.clientOrderId()));
        break;
      case "OrderReplaced":
        this.#answer(body.clientOrderId(), body.leaves() > 0n);
        break;
      case "OrderCancelled":
        if (!this.#answer(body.requestId(), false)) this.#ended(body.clientOrderId());
        break;
      case "OrderFilled":
        if (body.leaves() === 0n) this.#ended(body.clientOrderId());
        break;
      case "OrderRejected":
        this.#answer(body.clientOrderId(), false, nameOf(body.code()));
        break;
      case "ReplaceRejected":
        this.#answer(body.newClientOrderId(), false, nameOf(body.code()));
        break;
      case "CancelRejected":
      case "Rejected":
        this.#refuse(body.requestId(), body.clientOrderId(), nameOf(body.code()));
        break;
      case "Throttled":
        this.#refuse(body.requestId(), body.clientOrderId(), "throttled");
        break;
      case "LoginAccepted":
        this.#loggedIn.resolve();
        break;
      case "LoginRejected":
        this.#end(new Error(`the venue says: ${nameOf(body.code())}`));
        break;
      default:
    }
  }

  #isLimit(id: string | null): boolean {
    return this.#pending.get(id ?? "")?.kind === "limit";
  }

  /** A refusal bears the request's own id, or else that of the order. */
  #refuse(requestId: string | null, orderId: string | null, refusal: string): void {
    if (!this.#answer(requestId, false, refusal)) this.#answer(orderId, false, refusal);
  }

  /** Returns false when nobody here waits for it: a session is told of all its account's orders. */
  #answer(id: string | null, isOpen: boolean, refusal?: string): boolean {
    if (id === null || !this.#pending.delete(id)) return false;
    this.#listener.answered({ id, isOpen, refusal });
    return true;
  }

  #ended(id: string | null): void {
    if (id !== null) this.#listener.ended(id);
  }
}

function nameOf(code: number): string {
  const known: Readonly<Record<number, { readonly name: string } | undefined>> = rejectByNumber;
  return known[code]?.name ?? `code ${code}`;
}

function toFrame(request: Request): Uint8Array {
  const { kind, id, terms } = request;
  const { instrument, ticks: price, lots: quantity } = terms;
  if (kind === "cancel") return cancelOrder({ id: request.orderId }, { requestId: id });
  if (kind === "replace") {
    return replaceOrder({ id: request.orderId }, { price, quantity, newId: id });
  }
  return newOrder({
    ...{ instrument, price, quantity, id, orderType: OrderType.Limit },
    side: terms.side === "buy" ? Side.Buy : Side.Sell,
    timeInForce: kind === "limit" ? TimeInForce.Gtc : TimeInForce.Ioc,
  });
}

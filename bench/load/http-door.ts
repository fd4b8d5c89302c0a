// Orders over HTTP: one kept connection a session, one request at a time on it. Bare sockets, with
// as little work between a request and its stamp as there can be.

import type { Socket } from "bun";
import type { Address, Connection, Credential, Door, Listener, Request } from "./connection.ts";

const PATH = "/api/v1/trading/orders";
const OPEN_STATUSES: ReadonlySet<string> = new Set(["open", "pending", "partially_filled"]);

export class HttpDoor implements Door {
  readonly #address: Address;

  constructor(address: Address) {
    this.#address = address;
  }

  async connect(credential: Credential, listener: Listener): Promise<Connection> {
    const connection = new HttpConnection(this.#address, credential, listener);
    await connection.open();
    return connection;
  }
}

class HttpConnection implements Connection {
  readonly inFlightMax = 1;
  readonly #address: Address;
  readonly #head: string;
  readonly #listener: Listener;
  #socket: Socket | undefined;
  /** What has come of the answer so far. */
  #rest = "";
  #request: Request | undefined;
  #isClosing = false;

  constructor(address: Address, { token }: Credential, listener: Listener) {
    this.#address = address;
    this.#listener = listener;
    this.#head = `host: ${address.hostname}\r\nauthorization: Bearer ${token}\r\n`;
  }

  async open(): Promise<void> {
    const { hostname, port, tls } = this.#address;
    this.#socket = await Bun.connect({
      ...{ hostname, port, tls },
      socket: {
        data: (_, chunk) => this.#receive(chunk),
        close: () => {
          if (!this.#isClosing) this.#listener.broken(new Error("the venue closed a connection"));
        },
        error: (_, error) => this.#listener.broken(error),
      },
    });
  }

  send(request: Request): void {
    this.#request = request;
    const text = toHttp(request, this.#head);
    const written = this.#socket?.write(text);
    // An empty send buffer takes a request of a few hundred bytes whole.
    if (written !== text.length) throw new Error(`${written} bytes of a request were sent`);
  }

  close(): Promise<void> {
    this.#isClosing = true;
    this.#socket?.end();
    return Promise.resolve();
  }

  #receive(chunk: Buffer): void {
    const text = this.#rest + chunk.toString("latin1");
    const head = text.indexOf("\r\n\r\n");
    const length = head < 0 ? NaN : Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? NaN);
    if (head >= 0 && Number.isNaN(length)) {
      this.#listener.broken(new Error(`no content-length in ${text.slice(0, head)}`));
    } else if (head < 0 || text.length < head + 4 + length) this.#rest = text;
    else {
      this.#rest = "";
      this.#answer(text.slice(9, 12), text.slice(head + 4));
    }
  }

  #answer(status: string, body: string): void {
    const request = this.#request;
    if (request === undefined) return;
    this.#request = undefined;
    const { id } = request;
    if (status.startsWith("2")) {
      const state = /"status_name":"(\w+)"/.exec(body)?.[1] ?? "";
      this.#listener.answered({ id, isOpen: OPEN_STATUSES.has(state), refusal: undefined });
    } else {
      const refusal = /"name":"(\w+)"/.exec(body)?.[1] ?? `status ${status}`;
      this.#listener.answered({ id, isOpen: false, refusal });
    }
  }
}

function toHttp(request: Request, head: string): string {
  const { kind, id, terms } = request;
  if (kind === "cancel") {
    return `DELETE ${PATH}/client:${request.orderId} HTTP/1.1\r\n${head}\r\n`;
  }
  const { price, quantity, symbol, side } = terms;
  if (kind === "replace") {
    const body = `{"price":"${price}","quantity":"${quantity}","client_order_id":"${id}"}`;
    return `PATCH ${PATH}/client:${request.orderId} HTTP/1.1\r\n${head}${withBody(body)}`;
  }
  const body =
    `{"symbol":"${symbol}","side":"${side === "buy" ? "BUY" : "SELL"}","type":"LIMIT",` +
    `"time_in_force":"${kind === "limit" ? "GTC" : "IOC"}","price":"${price}",` +
    `"quantity":"${quantity}","client_order_id":"${id}"}`;
  return `POST ${PATH} HTTP/1.1\r\n${head}${withBody(body)}`;
}

/** The last lines of a head, and the body. */
function withBody(body: string): string {
  const length = Buffer.byteLength(body);
  return `content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;
}

// Orders over FIX 4.4: one session a connection, its numbers from 1 on, as many requests in flight
// as are asked for.

import type { Socket } from "bun";
import { systemClock } from "../../gateway/clock.ts";
import { Framer } from "../../gateway/protocols/fix/wire/framer.ts";
import { FixMessage } from "../../gateway/protocols/fix/wire/message.ts";
import { FixWriter } from "../../gateway/protocols/fix/wire/writer.ts";
import type { Address, Connection, Credential, Door, Listener, Request } from "./connection.ts";
import { Outbox } from "./outbox.ts";

const BYTES_MAX = 1 << 20;
const HEARTBEAT_SECONDS = 60;
/** Above what a session of the load has in flight at any time. */
const IN_FLIGHT_MAX = 4_096;
/** Until the venue's Logout; then the connection is closed without it. */
const LOGOUT_MS_MAX = 2_000;
/** OrdStatus (39) of an order that goes on. */
const OPEN_STATUSES: ReadonlySet<string> = new Set(["0", "1", "5"]);

export class FixDoor implements Door {
  readonly #address: Address;
  readonly #targetCompId: string;

  constructor(address: Address, targetCompId: string) {
    this.#address = address;
    this.#targetCompId = targetCompId;
  }

  async connect(credential: Credential, listener: Listener): Promise<Connection> {
    const connection = new FixConnection(this.#targetCompId, credential, listener);
    await connection.open(this.#address);
    return connection;
  }
}

class FixConnection implements Connection {
  readonly inFlightMax = IN_FLIGHT_MAX;
  readonly #targetCompId: string;
  readonly #credential: Credential;
  readonly #listener: Listener;
  readonly #writer = new FixWriter();
  readonly #message = new FixMessage();
  readonly #framer = new Framer({ bodyBytesMax: BYTES_MAX, bufferBytesMax: BYTES_MAX });
  readonly #loggedOn = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  /** Requests without an answer, by id. */
  readonly #pending = new Set<string>();
  readonly #outbox = new Outbox();
  #socket: Socket | undefined;
  #nextSequence = 1;
  #isClosing = false;

  constructor(targetCompId: string, credential: Credential, listener: Listener) {
    this.#targetCompId = targetCompId;
    this.#credential = credential;
    this.#listener = listener;
  }

  /** Connects and logs on. Errors: rejects with what the venue says. */
  async open({ hostname, port, tls }: Address): Promise<void> {
    this.#socket = await Bun.connect({
      ...{ hostname, port, tls },
      socket: {
        data: (_, chunk) => this.#receive(chunk),
        drain: () => this.#outbox.flush(),
        close: () => this.#end(new Error("the venue closed a session")),
        error: (_, error) => this.#end(error),
      },
    });
    this.#outbox.attach(this.#socket);
    const [, user = "", password = ""] = this.#credential.token.split("_");
    this.#writer.begin("A").text(98, "0").text(108, `${HEARTBEAT_SECONDS}`).text(141, "Y");
    this.#writer.text(553, user).text(554, password);
    this.#finish();
    await this.#loggedOn.promise;
  }

  send(request: Request): void {
    this.#pending.add(request.id);
    const { kind, id, terms } = request;
    const { symbol, side, price, quantity } = terms;
    const writer = this.#writer.begin(kind === "cancel" ? "F" : kind === "replace" ? "G" : "D");
    writer.text(11, id);
    if (kind !== "cancel") writer.text(38, quantity).text(40, "2");
    if (kind === "cancel" || kind === "replace") writer.text(41, request.orderId);
    if (kind !== "cancel") writer.text(44, price);
    writer.text(54, side === "buy" ? "1" : "2").text(55, symbol);
    if (kind !== "cancel") writer.text(59, kind === "take" ? "3" : "1");
    writer.text(60, toTimestamp(systemClock.nowUs()));
    this.#finish();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#writer.begin("5");
    this.#finish();
    await Promise.race([this.#closed.promise, Bun.sleep(LOGOUT_MS_MAX)]);
    this.#socket?.end();
  }

  #finish(): void {
    const { bytes, start, end } = this.#writer.finish({
      ...{ beginString: "FIX.4.4", senderCompId: this.#credential.compId },
      ...{ targetCompId: this.#targetCompId, sequence: this.#nextSequence },
      ...{ sendingTimeUs: systemClock.nowUs(), timestampDigits: 3 },
    });
    this.#nextSequence += 1;
    this.#outbox.add(bytes, start, end);
  }

  #end(error: Error): void {
    this.#closed.resolve();
    this.#loggedOn.reject(error);
    if (!this.#isClosing) this.#listener.broken(error);
  }

  #receive(chunk: Buffer): void {
    this.#framer.feed(chunk);
    for (let found = this.#framer.next(); found !== "incomplete"; found = this.#framer.next()) {
      const { bytes, start, end } = this.#framer;
      if (found !== "message" || this.#message.parse(bytes, start, end) !== "ok") {
        this.#end(new Error(`${found}: ${bytes.toString("latin1", start, end)}`));
        return;
      }
      this.#take(this.#message);
    }
  }

  #take(message: FixMessage): void {
    switch (message.msgType) {
      case "A":
        this.#loggedOn.resolve();
        break;
      case "8":
        this.#takeReport(message);
        break;
      case "9":
        this.#answer(message.text(11) ?? "", false, message.text(58) ?? "cancel rejected");
        break;
      case "j":
        this.#answer(message.text(379) ?? "", false, message.text(58) ?? "business reject");
        break;
      case "1":
        this.#writer.begin("0").text(112, message.text(112) ?? "");
        this.#finish();
        break;
      case "3":
      case "5":
        this.#end(new Error(`the venue says: ${message.text(58) ?? message.msgType}`));
        break;
      default:
    }
  }

  #takeReport(message: FixMessage): void {
    const id = message.text(11) ?? "";
    const isOpen = OPEN_STATUSES.has(message.text(39) ?? "");
    if (this.#pending.has(id)) {
      const isRejected = message.text(150) === "8";
      this.#answer(id, isOpen, isRejected ? (message.text(58) ?? "rejected") : undefined);
    } else if (!isOpen) this.#listener.ended(id);
  }

  #answer(id: string, isOpen: boolean, refusal: string | undefined): void {
    // A session is told of all orders of its account.
    if (this.#pending.delete(id)) this.#listener.answered({ id, isOpen, refusal });
  }
}

/** As FIX has it, in UTC. */
function toTimestamp(us: number): string {
  const [date = "", time = ""] = new Date(us / 1e3).toISOString().split("T");
  return `${date.replaceAll("-", "")}-${time.slice(0, -1)}`;
}

// A client of the binary port that trades at random, is cut off at random, and comes back for what
// it missed.

import { Random } from "../../gateway/demo/random.ts";
import { RejectCode } from "../../gateway/domain/reject.ts";
import {
  OrderType,
  type SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../gateway/generated/order-entry.ts";
import { until } from "../support/deadline.ts";
import { BinaryClient } from "../support/binary-client.ts";
import {
  cancelOrder,
  massCancel,
  type Message,
  newOrder,
  queryBalances,
  replaceOrder,
} from "../support/binary-frames.ts";

/** A restart with recovery, and an engine session of before that is given up. */
const WAIT_MS_MAX = 60_000;
const BURST_MAX = 40;
const INSTRUMENT = 1;
const MIDDLE = 100;
const EXPIRE_TAKER: SelfTradePrevention = 1;
const TIMES = [TimeInForce.Gtc, TimeInForce.Gtc, TimeInForce.Ioc, TimeInForce.Fok] as const;

export interface TraderOptions {
  readonly token: string;
  readonly session: string;
  readonly seed: number;
  readonly cancelOnDisconnect?: boolean;
  readonly balanceUpdates?: boolean;
  /** Its refs rise; no other session of its account gives ids. */
  readonly increasingRefs?: boolean;
}

/** What a session is told whose refs rise: nothing else is wrong with its messages. */
const REFUSED_REF = [RejectCode.client_order_id_exists, RejectCode.throttled];

export class BinaryTrader {
  readonly options: TraderOptions;
  /** Every numbered message, in the order in which it came. */
  readonly heard: Message[] = [];
  /** Orders of it with a ref that was not above the last one. */
  refusedRefs = 0;
  readonly #random: Random;
  #client: BinaryClient | undefined;
  #read = 0;
  #count = 0;
  #lastClientRef = 0n;

  constructor(options: TraderOptions) {
    this.options = options;
    this.#random = new Random(options.seed);
  }

  get nextNumber(): number {
    return this.heard.length + 1;
  }

  /** Logs in, from the first number that it does not have; again and again until it may. */
  async connect(port: number): Promise<void> {
    const { seed: _, ...options } = this.options;
    const { session } = options;
    await until(WAIT_MS_MAX, `the login of ${session}`, async () => {
      const client = await BinaryClient.connect({ port }).catch(() => undefined);
      if (client === undefined) return false;
      try {
        this.#settle();
        const login = { ...options, takeOver: true, nextNumber: this.nextNumber };
        this.#lastClientRef = (await client.logIn(login)).body.lastClientRef();
      } catch {
        client[Symbol.dispose]();
        return false;
      }
      this.#client?.[Symbol.dispose]();
      this.#client = client;
      this.#read = 0;
      return true;
    });
    if (options.increasingRefs === true) this.#checkLastRef();
  }

  /** The largest ref that the venue told of. */
  get heardRef(): bigint {
    return this.heard.reduce((largest, message) => {
      const ref = givenRefOf(message);
      return ref > largest ? ref : largest;
    }, 0n);
  }

  /** Errors: throws when the venue's last ref is below one it told of, or was never given. */
  #checkLastRef(): void {
    const last = this.#lastClientRef;
    if (last >= this.heardRef && last <= this.#newRef()) return;
    throw new Error(`${this.options.session}: ${last} behind ${this.heardRef}, ${this.#newRef()}`);
  }

  /** Sends some requests and waits until they are answered. Returns false when it was cut off. */
  async trade(): Promise<boolean> {
    const client = this.#client;
    if (client === undefined) return false;
    const requests = Array.from({ length: 1 + this.#random.below(BURST_MAX) }, () => this.#next());
    // Some in one segment, some in pieces that end anywhere.
    if (this.#random.below(2) === 0) client.send(...requests);
    else for (const piece of this.#pieces(Buffer.concat(requests))) client.send(piece);
    return this.mark();
  }

  /** Waits for everything that the venue has executed. Returns false when it was cut off. */
  async mark(): Promise<boolean> {
    this.#client?.send(queryBalances(0n));
    const answer = await this.#client?.next("Balances").catch(() => undefined);
    this.#settle();
    return answer !== undefined;
  }

  /** Ends its connection, one way or the other. */
  cut(): void {
    this.#client?.[Symbol.dispose]();
  }

  /** Takes all that came in. Errors: throws when a number is missing or came twice. */
  #settle(): void {
    const { session } = this.options;
    const came = this.#client?.received.slice(this.#read) ?? [];
    this.#read += came.length;
    for (const message of came) {
      if (message.kind === "Rejected") this.#noteRefusal(message.body.code());
      if (message.number === 0) continue;
      if (message.number !== this.nextNumber) {
        throw new Error(`${session} hears ${message.number} behind ${this.heard.length}`);
      }
      this.heard.push(message);
    }
  }

  /** Errors: throws when it says what cannot be of refs that rise. */
  #noteRefusal(code: number): void {
    const { session, increasingRefs } = this.options;
    if (increasingRefs !== true) return;
    if (!REFUSED_REF.some((each) => each === code)) throw new Error(`${session} hears ${code}`);
    if (code === RejectCode.client_order_id_exists) this.refusedRefs += 1;
  }

  #next(): Uint8Array {
    this.#count += 1;
    const draw = this.#random.below(100);
    if (draw < 65 || this.#count < 5) return this.#order(this.#newRef());
    // One of its own, mostly: final ones, open ones, and sometimes none.
    const target = { id: this.#newRef() - BigInt(this.#random.below(20)) };
    if (draw < 78) return cancelOrder(target, { requestId: `c-${this.#count}` });
    if (draw < 90) {
      const terms = { price: this.#price(), quantity: 1 + this.#random.below(50) };
      const isNumber = this.options.increasingRefs === true;
      const newId = isNumber ? this.#newRef() : `${this.#newRef()}-r`;
      return replaceOrder(target, { ...terms, newId });
    }
    // The same again, or under the same id another one.
    if (draw < 97) return this.#order(target.id);
    return massCancel({ instrument: INSTRUMENT, requestId: `m-${this.#count}` });
  }

  #newRef(): bigint {
    return BigInt(this.options.seed) * 1_000_000n + BigInt(this.#count);
  }

  #order(id: bigint): Uint8Array {
    const isBuy = this.#random.below(2) === 0;
    return newOrder({
      ...{ instrument: INSTRUMENT, orderType: OrderType.Limit, id },
      side: isBuy ? Side.Buy : Side.Sell,
      timeInForce: TIMES[this.#random.below(TIMES.length)] ?? TimeInForce.Gtc,
      selfTradePrevention: EXPIRE_TAKER,
      ...{ price: this.#price(), quantity: 1 + this.#random.below(50) },
    });
  }

  #price(): number {
    return MIDDLE - 3 + this.#random.below(7);
  }

  *#pieces(bytes: Uint8Array): Generator<Uint8Array> {
    for (let start = 0; start < bytes.length;) {
      const end = start + 1 + this.#random.below(200);
      yield bytes.subarray(start, end);
      start = end;
    }
  }
}

/** The ref that an order got or was to get, as far as the message tells of one; 0: none. */
function givenRefOf({ kind, body }: Message): bigint {
  switch (kind) {
    case "OrderAccepted":
    case "OrderRejected":
    case "OrderReplaced":
      return body.clientRef();
    case "ReplaceRejected":
      return body.newClientRef();
    default:
      return 0n;
  }
}

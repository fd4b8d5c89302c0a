// A venue in this process with the order application on the real session layer, without a socket:
// a core, the stage that owes, file stores. A crash is a copy of its files.

import { join } from "node:path";
import { type Clock, systemClock } from "../../gateway/clock.ts";
import { loadConfig } from "../../gateway/config.ts";
import { Core } from "../../gateway/core/core.ts";
import type { SubmittedCommand } from "../../gateway/domain/command.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { KeyStore } from "../../gateway/identity/key-store.ts";
import { toPermissionBits } from "../../gateway/identity/permission.ts";
import { Log } from "../../gateway/log.ts";
import { Metrics } from "../../gateway/metrics.ts";
import { Acceptor, ACCEPTOR_BOUNDS } from "../../gateway/protocols/fix/acceptor/acceptor.ts";
import { makeVenueDictionary } from "../../gateway/protocols/fix/codec.ts";
import { OrderDesk } from "../../gateway/protocols/fix/orders/order-desk.ts";
import type { SessionId } from "../../gateway/protocols/fix/session/application.ts";
import { FileStore } from "../../gateway/protocols/fix/session/file-store.ts";
import type { MessageStore } from "../../gateway/protocols/fix/session/message-store.ts";
import { VENUE_SETTINGS } from "../../gateway/protocols/fix/session/settings.ts";
import { type Rate, TokenBucket } from "../../gateway/sessions/throttle.ts";
import { openVenue, type Venue } from "../../gateway/sessions/venue.ts";
import { Stages } from "../../gateway/stages/stages.ts";
import { copyAsCrashed } from "./crash-copy.ts";
import { VENUE_COMP_ID } from "./fix-client.ts";

/** A session that there is; its CompID names it. */
export interface FixTrader {
  readonly account: number;
  readonly isDropCopy?: boolean;
  readonly cancelsOnLogout?: boolean;
  /** Left out: no limit. */
  readonly rate?: Rate;
}

export interface FixVenueOptions {
  readonly directory: string;
  /** By CompID. */
  readonly traders: Readonly<Record<string, FixTrader>>;
  readonly clock?: Clock;
  /** Left out: no limit. */
  readonly hardRate?: Rate;
  /** Executed in an empty venue, before there is any session. */
  readonly opening?: readonly SubmittedCommand[];
  readonly durability?: "none" | "os";
  /** The core's time is the clock's, as its owner tells it. */
  readonly hasCallerTime?: boolean;
  /** Puts something in the way of a session and its store. */
  readonly wrapStore?: (store: MessageStore) => MessageStore;
}

const UNLIMITED: Rate = { perSecond: Number.POSITIVE_INFINITY, burst: 1 };
const STORE_BYTES_MAX = 16 << 20;
const SEGMENT_BYTES = 1 << 20;
const RING = { transactionsMax: 64, changesMax: 4_096 };

export class FixVenue {
  readonly core: Core;
  readonly venue: Venue;
  readonly acceptor: Acceptor;
  readonly desk: OrderDesk;
  readonly #options: FixVenueOptions;
  readonly #parts = new DisposableStack();

  constructor(options: FixVenueOptions) {
    this.#options = options;
    const { directory, clock = systemClock, hardRate } = options;
    const core = Core.open({
      dataDirectory: join(directory, "journal"),
      durability: options.durability ?? "none",
      segmentBytes: SEGMENT_BYTES,
      clock: options.hasCallerTime === true ? "caller" : "system",
    });
    this.core = core;
    if (options.hasCallerTime === true) core.setCallerTime(clock.nowUs());
    if (core.status().executedSequence === 0) this.#execute(options.opening ?? []);
    const flags = new Map([["profile", "test"]]);
    const config = loadConfig({ environment: {}, flags });
    const log = new Log("error", clock);
    const metrics = new Metrics();
    const keys = KeyStore.open(join(directory, "keys.sqlite"), clock);
    this.#parts.defer(() => keys.close());
    const quietAccounts = new Set<number>();
    this.venue = openVenue({ core, keys, config, clock, log, metrics, quietAccounts });
    const { venue } = this;
    this.#parts.defer(() => venue.stop());
    const desk = new OrderDesk({
      venue,
      clock,
      judge: (handle, logon) => this.#judge(handle.id, logon.is(8674, "1")),
    });
    this.desk = desk;
    const plan = {
      application: desk,
      dictionary: makeVenueDictionary(),
      settingsOf: ({ targetCompId }: SessionId) =>
        targetCompId in options.traders ? { ...VENUE_SETTINGS, hardRate } : undefined,
      openStore: (id: SessionId, nowUs: number) => {
        const store = { directory: join(directory, "fix"), bytesMax: STORE_BYTES_MAX };
        const files = new FileStore(id, { ...store, sync: "none" }, nowUs);
        return options.wrapStore?.(files) ?? files;
      },
    };
    this.acceptor = new Acceptor({ plan, bounds: ACCEPTOR_BOUNDS, clock, log });
    for (const [targetCompId, { account }] of Object.entries(options.traders)) {
      const id = { beginString: "FIX.4.4", senderCompId: VENUE_COMP_ID, targetCompId };
      const handle = this.acceptor.session(id);
      if (handle !== undefined) desk.add(handle, { account, timestampDigits: 3 });
    }
    const heldBytesMax = Infinity;
    const stages = new Stages({ core, clock, log, metrics, heldBytesMax, ring: RING });
    stages.add(venue.owed);
    stages.start();
    this.#parts.defer(() => stages.stop());
  }

  #judge({ targetCompId }: SessionId, isKept: boolean) {
    const trader = this.#options.traders[targetCompId];
    if (trader === undefined) return { kind: "silent" } as const;
    const { account, rate = UNLIMITED, isDropCopy = false, cancelsOnLogout = true } = trader;
    const permissions = toPermissionBits(["read", "trade"]);
    const cancels = TokenBucket.unlimited();
    const requests = new TokenBucket(rate);
    const caller = { keyId: targetCompId, account, permissions, requests, cancels };
    const cancelsOnDisconnect = !isKept;
    const grant = {
      caller,
      isDropCopy,
      cancelsOnDisconnect,
      cancelsOnLogout: cancelsOnDisconnect && cancelsOnLogout,
    };
    return { kind: "accepted", grant } as const;
  }

  #execute(commands: readonly SubmittedCommand[]): void {
    for (const command of commands) {
      this.core.submit(command, ({ code }) => {
        if (code !== 0) throw new Error(`an opening command is refused: ${code}`);
      });
    }
    this.core.flush();
  }

  /** Gives a command and waits for what became of it. */
  submit(command: SubmittedCommand): Promise<Transaction> {
    return new Promise((resolve, reject) => {
      const refused = this.core.submit(command, resolve);
      if (refused !== undefined) reject(new Error(`refused ${refused}`));
    });
  }

  /** Copies what a crash would leave at this moment of the sessions, or of the core. */
  copy(part: "fix" | "journal", directory: string): void {
    const from = join(this.#options.directory, part);
    copyAsCrashed(from, join(directory, part));
  }

  async stop(): Promise<void> {
    await this.acceptor.stop("Venue stops");
    this.#parts.dispose();
    this.core.stop();
  }
}

// A venue in this process with the binary port on a real socket, and a small market in it.

import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../gateway/clock.ts";
import { loadConfig } from "../../../gateway/config.ts";
import { Core } from "../../../gateway/core/core.ts";
import { Opcode, type SubmittedCommand } from "../../../gateway/domain/command.ts";
import type { Transaction } from "../../../gateway/domain/change.ts";
import { InstrumentState } from "../../../gateway/domain/instrument.ts";
import { OrderType, Side, TimeInForce } from "../../../gateway/domain/order.ts";
import { KeyStore } from "../../../gateway/identity/key-store.ts";
import { type PermissionName, toPermissionBits } from "../../../gateway/identity/permission.ts";
import { Log } from "../../../gateway/log.ts";
import { Metrics } from "../../../gateway/metrics.ts";
import { BinaryServer } from "../../../gateway/protocols/binary/server.ts";
import { StreamDirectory } from "../../../gateway/protocols/binary/streams/directory.ts";
import { BinaryStreams } from "../../../gateway/sessions/binary-streams.ts";
import { openVenueStages, type VenueStages } from "../../../gateway/sessions/venue-stages.ts";
import { openVenue, type Venue } from "../../../gateway/sessions/venue.ts";
import { BinaryClient } from "../../support/binary-client.ts";
import type { LoginFields, OrderFields } from "../../support/binary-frames.ts";
import { copyAsCrashed } from "../../support/crash-copy.ts";

const SEGMENT_BYTES = 1 << 20;
/** The engine's numbers of what `openMarket` lists. */
export const INSTRUMENT = 1;
export const ALICE = 3;
export const BOB = 4;

export interface BinaryVenueOptions {
  readonly clock?: Clock;
  /** Flags of the configuration, as on the command line. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Kept; else one that goes with the venue. */
  readonly directory?: string;
  readonly durability?: "none" | "os" | "fsync";
  readonly logLines?: string[];
  /** Of the journal; 1 MiB else. Orders are refused while the next segment is late. */
  readonly segmentBytes?: number;
}

/** So many calls that a refusal for their rate would hide what is behind it. */
export const UNLIMITED = {
  "requests-per-second-per-key": "1000000",
  "requests-burst-per-key": "10000000",
  "cancels-per-second-per-key": "1000000",
  "cancels-burst-per-key": "10000000",
};

export class BinaryVenue {
  readonly directory: string;
  readonly core: Core;
  readonly keys: KeyStore;
  readonly venue: Venue;
  readonly streams: StreamDirectory;
  readonly server: BinaryServer;
  readonly metrics: Metrics;
  readonly venueStages: VenueStages;
  readonly #isOwnDirectory: boolean;

  private constructor(parts: {
    readonly directory: string;
    readonly core: Core;
    readonly keys: KeyStore;
    readonly streams: StreamDirectory;
    readonly log: Log;
    readonly options: BinaryVenueOptions;
  }) {
    const { directory, core, keys, streams, log, options } = parts;
    const { clock = systemClock, flags = {} } = options;
    this.directory = directory;
    this.core = core;
    this.keys = keys;
    this.streams = streams;
    this.#isOwnDirectory = options.directory === undefined;
    const given = { profile: "test", "data-directory": directory, ...flags };
    const config = loadConfig({ environment: {}, flags: new Map(Object.entries(given)) });
    this.metrics = new Metrics();
    const { metrics } = this;
    const quietAccounts = new Set<number>();
    this.venue = openVenue({ core, keys, config, clock, log, metrics, quietAccounts });
    const { venue } = this;
    const stageParts = { venue, core, directory, config, clock, log, metrics };
    this.venueStages = openVenueStages(stageParts);
    this.server = new BinaryServer({ venue, streams, config, clock, log, metrics });
    this.venueStages.stages.add(this.server.stage);
    this.venueStages.stages.addHolder(streams);
    this.venueStages.stages.start();
    this.server.listen();
  }

  static async open(options: BinaryVenueOptions = {}): Promise<BinaryVenue> {
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), "openbell-binary-"));
    const { clock = systemClock, logLines = [] } = options;
    const log = new Log("info", clock, (bytes) => {
      logLines.push(...Buffer.from(bytes).toString().trimEnd().split("\n"));
      return bytes.length;
    });
    const core = Core.open({
      dataDirectory: join(directory, "journal"),
      durability: options.durability ?? "os",
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
    });
    const keys = KeyStore.open(join(directory, "identity.sqlite"), clock);
    const streams = await StreamDirectory.open({
      ...{ core, clock, log, directory: join(directory, "binary") },
      streams: new BinaryStreams(keys.binaryStreams, log),
    });
    return new BinaryVenue({ directory, core, keys, streams, log, options });
  }

  get port(): number {
    return Number(this.server.address.split(":").at(-1));
  }

  connect(): Promise<BinaryClient> {
    return BinaryClient.connect(this);
  }

  logIn(fields: LoginFields): Promise<BinaryClient> {
    return BinaryClient.logIn(this, fields);
  }

  /** Makes a key past the API. */
  token(account: number, permissions: readonly PermissionName[] = ["read", "trade"]): string {
    const bits = toPermissionBits(permissions);
    return this.venue.authenticator.createKey({ account, permissions: bits }).token;
  }

  /** Gives a command past all doors and waits for what became of it. */
  submit(command: SubmittedCommand): Promise<Transaction> {
    return new Promise((resolve, reject) => {
      const refused = this.core.submit(command, resolve);
      if (refused !== undefined) reject(new Error(`refused ${refused}`));
    });
  }

  /** The value of a metric, with its labels as exposed. */
  metric(name: string): number {
    const line = this.metrics
      .expose()
      .split("\n")
      .find((each) => each.startsWith(`${name} `));
    return Number(line?.split(" ").at(-1) ?? Number.NaN);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.#close();
    if (this.#isOwnDirectory) rmSync(this.directory, { recursive: true });
  }

  async #close(): Promise<void> {
    this.venue.stop();
    await this.venueStages.stop();
    this.core.stop();
    this.keys.close();
  }
}

export interface ReopenOptions extends BinaryVenueOptions {
  readonly directory: string;
  /** A crash leaves the files as they are at this moment. */
  readonly end: "clean" | "crash";
  readonly meanwhile?: () => void;
}

/** Ends a venue and opens the next one on its directory. */
export async function reopen(
  venue: BinaryVenue,
  { end, meanwhile, ...options }: ReopenOptions,
): Promise<BinaryVenue> {
  const { directory } = options;
  const copy = `${directory}-copy`;
  if (end === "crash") copyAsCrashed(directory, copy);
  await venue.stop();
  if (end === "crash") {
    rmSync(directory, { recursive: true });
    renameSync(copy, directory);
  }
  meanwhile?.();
  return BinaryVenue.open(options);
}

/** Two currencies, an open instrument without fees, two accounts with 10^15 units of each. */
export async function openMarket(options: BinaryVenueOptions = {}): Promise<BinaryVenue> {
  const venue = await BinaryVenue.open(options);
  const commands: SubmittedCommand[] = [
    { opcode: Opcode.createCurrency, session: 1, text: "BTC", quantity: 9 },
    { opcode: Opcode.createCurrency, session: 1, text: "USDT", quantity: 8 },
    {
      ...{ opcode: Opcode.createInstrument, session: 1, text: "BTC-USDT", account: 1 },
      ...{ instrument: 2, price: 1, side: 2, quantity: 10_000 },
    },
    {
      ...{ opcode: Opcode.setInstrumentState, session: 1, instrument: INSTRUMENT },
      kind: InstrumentState.open,
    },
  ];
  for (const [index, name] of ["alice", "bob"].entries()) {
    commands.push({ opcode: Opcode.createAccount, session: 1, text: name });
    for (const currency of [1, 2]) {
      commands.push({
        ...{ opcode: Opcode.deposit, session: 1, account: ALICE + index, instrument: currency },
        ...{ amount: 10n ** 15n, text: `${name}-${currency}` },
      });
    }
  }
  for (const command of commands) {
    const { code } = await venue.submit(command);
    if (code !== 0) throw new Error(`an opening command is refused: ${code}`);
  }
  return venue;
}

/** An order that rests or trades. */
export function limit(side: Side, price: number, quantity: number, id?: string): OrderFields {
  return {
    ...{ instrument: INSTRUMENT, side, orderType: OrderType.limit },
    ...{ timeInForce: TimeInForce.gtc, price, quantity, id },
  };
}

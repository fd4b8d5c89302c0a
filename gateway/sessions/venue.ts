// What every protocol is given, made once in the order in which the parts need each other.

import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Core } from "../core/core.ts";
import type { KeyStore } from "../identity/key-store.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { Authenticator } from "./authenticator.ts";
import { BinarySessions } from "./binary-sessions.ts";
import { ChangeExport } from "./change-export.ts";
import { FixSessions } from "./fix-sessions.ts";
import { History } from "./history.ts";
import { Klines } from "./klines.ts";
import { Operations } from "./operations.ts";
import { OrderEntry } from "./order-entry.ts";
import { OrderHops } from "./order-hops.ts";
import { OrderLog } from "./order-log.ts";
import { OwedChanges } from "./owed-changes.ts";
import { Queries } from "./queries.ts";
import { RecentTrades } from "./recent-trades.ts";
import { ReferenceData } from "./reference-data.ts";
import { SessionRegistry } from "./registry.ts";
import { ReplyRouter } from "./reply-router.ts";
import { NetworkThrottle } from "./throttle.ts";
import { CommandMetrics, observeCore } from "./venue-metrics.ts";

/** How often it is looked at how all is, in milliseconds. */
const WATCH_MS = 250;
/** Networks with a bucket of their own: 65,536 of about 150 bytes. */
const NETWORKS_MAX = 65_536;

export interface Venue {
  readonly authenticator: Authenticator;
  readonly fixSessions: FixSessions;
  readonly binarySessions: BinarySessions;
  readonly networks: NetworkThrottle;
  readonly orderEntry: OrderEntry;
  /** Only where they are asked for. */
  readonly hops: OrderHops | undefined;
  readonly queries: Queries;
  readonly reference: ReferenceData;
  readonly trades: RecentTrades;
  readonly router: ReplyRouter;
  /** A stage, too: to be added before the stages start, where a protocol has such sessions. */
  readonly owed: OwedChanges;
  readonly sessionRegistry: SessionRegistry;
  readonly history: History;
  readonly klines: Klines;
  readonly changes: ChangeExport;
  readonly operations: Operations;
  readonly commandMetrics: CommandMetrics;
  /** Stops listening to the core and all timers. */
  stop(): void;
}

export interface VenueParts {
  readonly core: Core;
  readonly keys: KeyStore;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Accounts whose own orders are logged at `debug`; may grow later. */
  readonly quietAccounts: ReadonlySet<number>;
}

/** Joins a core that was just opened with all that stands between it and the protocols. */
export function openVenue(parts: VenueParts): Venue {
  const { core, config, clock, log, metrics } = parts;
  // 1. What recovery left behind.
  const reference = ReferenceData.load(core);
  const { executedSequence } = core.status();
  const trades = new RecentTrades(executedSequence);
  // 2. Ears, before anything can be submitted.
  const orderLog = new OrderLog(log, reference, parts.quietAccounts);
  const commandMetrics = new CommandMetrics(metrics);
  observeCore(metrics, core);
  const owed = new OwedChanges(executedSequence);
  const listeners = { reference, trades, orderLog, metrics: commandMetrics, owed };
  const router = new ReplyRouter(listeners, executedSequence);
  const unsubscribe = router.start(core);
  // 3. The ways in.
  const rates = {
    requests: { perSecond: config.requestsPerSecondPerKey, burst: config.requestsBurstPerKey },
    cancels: { perSecond: config.cancelsPerSecondPerKey, burst: config.cancelsBurstPerKey },
  };
  const addressRate = {
    perSecond: config.requestsPerSecondPerAddress,
    burst: config.requestsBurstPerAddress,
  };
  const sessionRegistry = new SessionRegistry(core, clock, log);
  sessionRegistry.start();
  const operations = new Operations(core, clock, log);
  const stopWatching = clock.every(WATCH_MS, () => operations.watch());
  const hops = config.hopMetrics ? new OrderHops(metrics, clock) : undefined;
  const authenticator = new Authenticator(parts.keys, rates, clock, log);
  return {
    authenticator,
    fixSessions: new FixSessions(config.fixCompId, parts.keys.fixSessions, authenticator, log),
    binarySessions: new BinarySessions(),
    networks: new NetworkThrottle(addressRate, NETWORKS_MAX),
    orderEntry: new OrderEntry(core, clock, orderLog, hops),
    hops,
    queries: new Queries(core),
    reference,
    trades,
    router,
    owed,
    sessionRegistry,
    history: new History(() => router.releasedSequence, clock),
    klines: new Klines(clock),
    changes: new ChangeExport(core, clock),
    operations,
    commandMetrics,
    stop() {
      stopWatching();
      sessionRegistry.stop();
      unsubscribe();
    },
  };
}

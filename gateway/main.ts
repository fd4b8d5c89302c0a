// The operator's program and the wiring of the venue. The only reader of environment and arguments;
// imported by nobody.

import { existsSync, readFileSync, writeSync } from "node:fs";
import manifest from "../package.json" with { type: "json" };
import { type Clock, systemClock } from "./clock.ts";
import { type CommandLine, parseCommandLine, UsageError } from "./commands/command-line.ts";
import { findCommand, helpText } from "./commands/commands.ts";
import { DataFiles } from "./commands/data-files.ts";
import { checkJournal, initialise, toCoreOptions } from "./commands/init.ts";
import { CommandFailure, ExitCode } from "./commands/venue-client.ts";
import { type Config, ConfigError, loadConfig, toLogFields } from "./config.ts";
import { Core, type OpenReport } from "./core/core.ts";
import { startDemo } from "./demo/demo.ts";
import { greet } from "./demo/greeting.ts";
import { KeyFile } from "./demo/key-file.ts";
import { GatewayFault } from "./domain/fault.ts";
import { KeyStore } from "./identity/key-store.ts";
import { Log, toStack } from "./log.ts";
import { Metrics, observeProcess } from "./metrics.ts";
import { BinaryServer } from "./protocols/binary/server.ts";
import { StreamDirectory } from "./protocols/binary/streams/directory.ts";
import { FixServer } from "./protocols/fix/server.ts";
import { startMetricsServer } from "./protocols/http/metrics-server.ts";
import { startHttpServer } from "./protocols/http/server.ts";
import { NativeFeed } from "./protocols/ws/server.ts";
import { BinaryStreams } from "./sessions/binary-streams.ts";
import { openVenue, type Venue } from "./sessions/venue.ts";
import { openVenueStages } from "./sessions/venue-stages.ts";

/** How often the core is told that time passes (rules 2.2), in milliseconds. */
const TICK_MS = 1_000;
/** The journal is let go of by the stages, once they are asked how far they are. */
const HOLD_ALL = 0;
/** What requests under way may take at a stop: the rest of 3 s is for disk and snapshot. */
const DRAIN_MS_MAX = 1_500;
/** A broken invariant or a dead journal: nothing more may be answered. The journal restores. */
const EXIT_FATAL = 70;

const write = (text: string): void => {
  try {
    let rest = Buffer.from(text);
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    // The reader has seen enough: `openbell journal dump | head`.
    if (error instanceof Error && "code" in error && error.code === "EPIPE") process.exit(0);
    throw error;
  }
};
const print = (line: string): void => write(`${line}\n`);

try {
  await main(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`openbell: ${describe(error)}\n`);
  process.exit(toExitCode(error));
}

async function main({ words, flags }: CommandLine): Promise<void> {
  const [first] = words;
  if (first === undefined || first === "help" || flags.has("help") || flags.has("h")) {
    print(helpText());
    return;
  }
  if (first === "start") {
    if (words.length > 1) throw new UsageError(`start takes no ${words[1]}`);
    await start(readConfig(flags));
    return;
  }
  const command = findCommand({ words, flags });
  const isOwn = ([name]: readonly [string, string]): boolean =>
    command.flags.some((flag) => flag.name === name);
  const config = readConfig(new Map([...flags].filter((flag) => !isOwn(flag))));
  await command.run({
    config,
    files: new DataFiles(config.dataDirectory),
    clock: systemClock,
    words: words.slice(command.name.split(" ").length),
    flags: new Map([...flags].filter(isOwn)),
    print,
    write,
  });
}

function readConfig(flags: ReadonlyMap<string, string>): Config {
  const settings = new Map(flags);
  const path = settings.get("config") ?? "openbell.yaml";
  const isWanted = settings.delete("config");
  if (isWanted && !existsSync(path)) throw new UsageError(`no configuration file ${path}`);
  const file = existsSync(path) ? { path, text: readText(path) } : undefined;
  return loadConfig({ file, environment: process.env, flags: settings });
}

/** Errors: throws `UsageError` when the file cannot be read. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Starts the venue and returns when it is ready; it ends with a signal. */
async function start(config: Config): Promise<void> {
  const log = new Log(config.logLevel, systemClock);
  const parts = new AsyncDisposableStack();
  const signals = stopOnSignal(parts, log);
  try {
    await wire(config, log, parts);
  } catch (error) {
    // A stop in the middle of the start takes parts away under it: that is no failure.
    if (signals.isStopping) return;
    await parts.disposeAsync();
    log.flush();
    throw error;
  }
}

/** Opens the parts in the order in which they need each other; `parts` closes them in reverse. */
async function wire(config: Config, log: Log, parts: AsyncDisposableStack): Promise<void> {
  // 1. What this venue is configured to be.
  const clock = systemClock;
  log.info("starting", { ...toLogFields(config), version: manifest.version, pid: process.pid });

  // 2. The data directory.
  const files = openDirectory(config, log);

  // 3. The core: recovery is done when it is open.
  const core = Core.open({ ...toCoreOptions(config), holdJournal: HOLD_ALL });
  parts.defer(() => {
    const { sequence, stateHash, warnings } = core.stop();
    log.info("core_stopped", { sequence, state_hash: stateHash });
    for (const warning of warnings) log.warn("core_warning", { warning });
  });
  logOpened(log, core.openReport);

  // 4. Who may call.
  const keys = KeyStore.open(files.keysPath, clock);
  parts.defer(() => keys.close());

  // 5. What clients of the binary port are owed, made again before anything new happens.
  const names = new BinaryStreams(keys.binaryStreams, log);
  const directoryOf = { streams: names, directory: files.binaryPath };
  const streams = await StreamDirectory.open({ ...directoryOf, core, clock, log });

  // 6. What every protocol shares.
  const metrics = new Metrics();
  parts.defer(observeProcess(metrics, clock));
  const quietAccounts = new Set<number>();
  const venue = openVenue({ core, keys, config, clock, log, metrics, quietAccounts });
  parts.defer(() => venue.stop());
  parts.defer(clock.every(TICK_MS, () => core.tick()));

  // 7. What is derived from the change log, and the doors.
  const { directory } = files;
  const venueStages = openVenueStages({ venue, core, directory, config, clock, log, metrics });
  parts.defer(() => venueStages.stop());
  const fixDirectory = files.fixPath;
  const doorParts = { venue, streams, config, clock, log, metrics, fixDirectory };
  const { http, webSocket, fix, binary, metricsUrl } = openDoors(doorParts, parts);
  const stages = [webSocket.stage, ...fix.stages, binary.stage];
  for (const stage of stages) venueStages.stages.add(stage);
  venueStages.stages.addHolder(streams);
  venueStages.stages.start();

  // 8. The demo, when this is one: its orders come through the same order entry.
  const demoParts = { ...venue, core, clock, keyFile: new KeyFile(files.demoKeysPath) };
  const { demoOrdersPerSecond: ordersPerSecond, demoSeed: seed } = config;
  const demo =
    ordersPerSecond === 0
      ? undefined
      : await startDemo({ ...demoParts, ordersPerSecond, seed, quietAccounts });
  parts.defer(async () => {
    demo?.stop();
    venue.operations.markDraining();
    await Promise.all([fix.drain(), binary.drain(), http.drain(DRAIN_MS_MAX)]);
  });

  // 9. Ready.
  files.writeAddress(http.address);
  parts.defer(() => files.removeAddress());
  const addresses = { fix: fix.address, binary: binary.address };
  const ports = { ...addresses, fix_market_data: fix.marketDataAddress };
  log.info("ready", { http: http.address, ...ports, metrics: metricsUrl });
  log.flush();
  const { dataDirectory, durability } = config;
  const urls = { url: http.address, metricsUrl, marketData: fix.marketDataAddress };
  print(greet({ ...addresses, ...urls, dataDirectory, durability, demo }));
}

interface DoorParts {
  readonly venue: Venue;
  readonly streams: StreamDirectory;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Of what FIX sessions keep. */
  readonly fixDirectory: string;
}

function openDoors(
  { venue, streams, config, clock, log, metrics, fixDirectory: directory }: DoorParts,
  parts: AsyncDisposableStack,
) {
  const { version } = manifest;
  const webSocket = new NativeFeed({ venue, config, clock, log, metrics });
  const http = listen("http_port", config.httpPort, () =>
    startHttpServer({ venue, webSocket, config, clock, log, metrics, version }),
  );
  parts.defer(() => http.stop());
  const metricsDoor = listen("metrics_port", config.metricsPort, () =>
    startMetricsServer(config.httpHost, config.metricsPort, metrics),
  );
  parts.defer(() => metricsDoor.stop());
  const fix = new FixServer({ venue, config, clock, log, metrics, directory });
  parts.defer(() => fix.stop());
  listen("fix_port", config.fixPort, () => fix.listenForOrders());
  listen("fix_market_data_port", config.fixMarketDataPort, () => fix.listenForMarketData());
  const binary = new BinaryServer({ venue, streams, config, clock, log, metrics });
  parts.defer(() => binary.stop());
  listen("binary_port", config.binaryPort, () => binary.listen());
  return { http, webSocket, fix, binary, metricsUrl: metricsDoor.address };
}

/** Errors: throws `CommandFailure` without a venue there, and what making one throws. */
function openDirectory(config: Config, log: Log): DataFiles {
  const files = new DataFiles(config.dataDirectory);
  if (!files.isInitialised && !config.initAtStart) {
    const message = `${files.directory} holds no venue: run \`openbell init\` first`;
    throw new CommandFailure(message, ExitCode.failed);
  }
  files.make();
  checkJournal(files);
  if (!files.isInitialised) {
    initialise(config, files, systemClock);
    log.info("initialised", { data_directory: files.directory });
  }
  return files;
}

function logOpened(log: Log, report: OpenReport): void {
  log.info("core_opened", {
    venue_id: report.venueId,
    is_new: report.isNew,
    sequence: report.sequence,
    state_hash: report.stateHash,
    snapshot_sequence: report.snapshotSequence,
    commands_replayed: report.commandsReplayed,
    torn_bytes_cut: report.tornBytesCut,
    recovery_ms: report.recoveryMs,
  });
  for (const warning of report.warnings) log.warn("core_warning", { warning });
}

/** Errors: throws `port_in_use` with the setting to change. */
function listen<Door>(setting: string, port: number, open: () => Door): Door {
  try {
    return open();
  } catch (cause) {
    const isTaken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    if (!isTaken) throw cause;
    const flag = `--${setting.replaceAll("_", "-")}`;
    const message =
      `port ${port} is in use: stop what listens there, or choose another one with ${flag}, ` +
      `as in \`npm start -- ${flag} 0\` (0 takes any free port)`;
    throw new GatewayFault("port_in_use", message, { cause });
  }
}

/** Ends the process on the first signal; more of them, as a terminal and npm send, are one. */
function stopOnSignal(parts: AsyncDisposableStack, log: Log): { readonly isStopping: boolean } {
  const state = { isStopping: false };
  const stop = async (signal: string): Promise<void> => {
    if (state.isStopping) return;
    state.isStopping = true;
    log.info("stopping", { signal });
    try {
      await parts.disposeAsync();
    } catch (error) {
      fail("stop_failed", error);
    }
    log.info("stopped");
    log.flush();
    process.exit(ExitCode.done);
  };
  const fail = (event: string, error: unknown): never => {
    log.error(event, {
      error: toStack(error),
    });
    log.flush();
    process.exit(EXIT_FATAL);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.on("uncaughtException", (error) => fail("uncaught_exception", error));
  process.on("unhandledRejection", (error) => fail("unhandled_rejection", error));
  return state;
}

/** One sentence for the person at the terminal; what nobody foresaw comes with its stack. */
function describe(error: unknown): string {
  const isForeseen =
    error instanceof ConfigError || error instanceof UsageError || error instanceof CommandFailure;
  if (isForeseen) return error.message;
  if (error instanceof GatewayFault) return `${error.code}: ${error.message}`;
  return toStack(error);
}

function toExitCode(error: unknown): number {
  if (error instanceof CommandFailure) return error.exitCode;
  return error instanceof ConfigError || error instanceof UsageError
    ? ExitCode.usage
    : ExitCode.failed;
}

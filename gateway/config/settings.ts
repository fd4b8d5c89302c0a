// Every setting of the venue in one table: unit in the name, default, bounds, and why this default;
// and what a profile changes of the defaults.

import { LOG_LEVELS } from "../log.ts";

/** Same meaning as in the journal: what an acknowledgement has survived. */
const DURABILITIES = ["none", "os", "fsync"] as const;
/**
 * When what a FIX session keeps reaches the disk: never asked for, each second, before it leaves.
 */
const STORE_SYNCS = ["none", "interval", "every"] as const;

const KIB = 1_024;
const MIB = 1_024 * KIB;

interface Integer {
  readonly kind: "integer";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly why: string;
}
interface Choice<Name extends string> {
  readonly kind: "choice";
  readonly default: Name;
  readonly choices: readonly Name[];
  readonly why: string;
}
interface Switch {
  readonly kind: "switch";
  readonly default: boolean;
  readonly why: string;
}
interface Text {
  readonly kind: "text";
  readonly default: string;
  readonly isSecret: boolean;
  readonly why: string;
}
export type Setting = Integer | Choice<string> | Switch | Text;

function integer(value: number, min: number, max: number, why: string): Integer {
  return { kind: "integer", default: value, min, max, why };
}
function choice<Name extends string>(
  value: NoInfer<Name>,
  choices: readonly Name[],
  why: string,
): Choice<Name> {
  return { kind: "choice", default: value, choices, why };
}
function flag(value: boolean, why: string): Switch {
  return { kind: "switch", default: value, why };
}
function text(value: string, why: string): Text {
  return { kind: "text", default: value, isSecret: false, why };
}
function secret(why: string): Text {
  return { kind: "text", default: "", isSecret: true, why };
}

/** The table. Each `why` is a sentence that follows the key in docs/operating.md. */
export const SETTINGS = {
  data_directory: text("data/default", "Journal, snapshots and keys; one venue per directory"),
  init_at_start: flag(false, "A mistyped directory must not become a new, empty venue"),
  log_level: choice(
    "info",
    LOG_LEVELS,
    "`info` has every command, trade and end of an order, `warn` is faster, `debug` adds the demo",
  ),
  key: secret("Admin key of the operator commands; empty takes the one in the data directory"),

  durability: choice("fsync", DURABILITIES, "An acknowledged order survives a power cut"),
  journal_segment_bytes: integer(
    ...[64 * MIB, 16 * KIB, 1_024 * MIB],
    "Some 400,000 commands; smaller seals more often, larger keeps more disk for two snapshots",
  ),
  snapshot_interval_commands: integer(
    ...[2_000_000, 1_000, 1_000_000_000],
    "Keeps a restart within about ten seconds of replay",
  ),
  unsynced_commands_max: integer(
    ...[65_536, 1, 16_777_216],
    "8 MiB executed ahead of the disk; beyond it new orders are throttled",
  ),
  clock_jump_accepted: flag(
    false,
    "A jump above 5 s is held until `openbell clock confirm`; laptops sleep and may accept it",
  ),

  accounts_max: integer(100_000, 1, 16_777_216, "About 100 bytes each before balances"),
  instruments_max: integer(1_024, 1, 65_536, "More than one thread can serve when all are busy"),
  currencies_max: integer(256, 1, 4_096, "Far more than a venue lists"),
  sessions_max: integer(10_000, 1, 1_048_576, "Ten per connection that may be open at once"),
  open_orders_max: integer(
    ...[1_048_576, 1, 268_435_456],
    "Per instrument; memory is taken as they come",
  ),
  final_orders_max: integer(
    ...[65_536, 1, 65_536],
    "Per account, kept for 24 hours so that a repeated client order id is recognised",
  ),

  http_host: text("127.0.0.1", "Reachable from this machine only; see `insecure_listen`"),
  http_port: integer(8_080, 0, 65_535, "0 takes any free port"),
  metrics_port: integer(9_464, 0, 65_535, "Its own listener: metrics need no key; 0 takes any"),
  hop_metrics: flag(
    false,
    "Some readings of the clock an order or turn; `npm run load` asks for them",
  ),
  insecure_listen: flag(false, "Off loopback, keys would travel in clear without a TLS proxy"),
  connections_max: integer(
    ...[1_000, 1, 60_000],
    "Below the usual 1,024 open files of a process; counted once a second, so about that many",
  ),
  body_bytes_max: integer(
    ...[64 * KIB, 1 * KIB, 16 * MIB],
    "An order is below 1 KiB; larger bodies cost memory for nothing",
  ),
  request_timeout_ms: integer(
    ...[10_000, 100, 300_000],
    "A slow body must not hold a connection for ever",
  ),
  requests_per_second_per_key: integer(
    ...[1_000, 1, 1_000_000],
    "One key cannot take the thread from the others",
  ),
  requests_burst_per_key: integer(2_000, 1, 10_000_000, "Two seconds' worth at once"),
  cancels_per_second_per_key: integer(
    ...[5_000, 1, 1_000_000],
    "Apart from the other requests and larger: who is throttled can still reduce risk",
  ),
  cancels_burst_per_key: integer(10_000, 1, 10_000_000, "Two seconds' worth at once"),
  requests_per_second_per_address: integer(
    ...[2_000, 1, 1_000_000],
    "Counts calls without a good key: market data, and guessing keys",
  ),
  requests_burst_per_address: integer(4_000, 1, 10_000_000, "Two seconds' worth at once"),
  stage_journal_bytes_max: integer(
    ...[16_384 * MIB, 64 * MIB, 1_048_576 * MIB],
    "Journal and snapshots kept for a stage that is behind; beyond it the stage is detached",
  ),
  history_days: integer(30, 0, 36_500, "How long the history keeps what has ended; 0 = for ever"),
  feed_unsent_bytes_max: integer(
    ...[1 * MIB, 512 * KIB, 64 * MIB],
    "Per connection of `/ws`, above the largest message; a client further behind is cut off",
  ),
  feed_compression: flag(false, "A third of the bytes for seven times the work, per receiver"),

  fix_host: text("127.0.0.1", "Reachable from this machine only; elsewhere it needs TLS"),
  fix_port: integer(9_878, 0, 65_535, "Order entry; 0 takes any free port"),
  fix_market_data_port: integer(9_879, 0, 65_535, "Drop copy too, so that orders need not wait"),
  fix_comp_id: text("OPENBELL", "Our name in all sessions: the TargetCompID of what clients send"),
  fix_tls_certificate: text(
    "",
    "File of a PEM chain; with it both ports speak TLS and nothing else",
  ),
  fix_tls_key: text("", "File of its PEM key"),
  fix_heartbeat_seconds_min: integer(1, 1, 3_600, "A shorter one costs more than it tells"),
  fix_heartbeat_seconds_max: integer(
    60,
    1,
    3_600,
    "A client that is gone is noticed after 2.4 times",
  ),
  fix_connections_max: integer(
    ...[512, 1, 60_000],
    "Of each port: twice the sessions there may be, so that all may come back at once",
  ),
  fix_connections_max_per_address: integer(
    ...[64, 1, 60_000],
    "Of each port: one machine of a client cannot keep the others out",
  ),
  fix_unsent_bytes_max: integer(
    ...[8 * MIB, 256 * KIB, 1_024 * MIB],
    "Per connection: seconds of a busy session; a client further behind is cut off",
  ),
  fix_store_bytes_max: integer(
    ...[64 * MIB, 1 * MIB, 65_536 * MIB],
    "Per session: some 250,000 messages that can be sent again",
  ),
  fix_store_sync: choice(
    "interval",
    STORE_SYNCS,
    "A crash of the process loses nothing either way, one of the machine a second of numbers",
  ),
  fix_schedule: text(
    "",
    "When sessions begin anew, as in `daily 22:00 UTC` or `weekly sun 17:00 America/New_York`",
  ),

  binary_host: text("127.0.0.1", "Reachable from this machine only; elsewhere it needs TLS"),
  binary_port: integer(9_880, 0, 65_535, "0 takes any free port"),
  binary_tls_certificate: text(
    "",
    "File of a PEM chain; with it the port speaks TLS and nothing else",
  ),
  binary_tls_key: text("", "File of its PEM key"),
  binary_connections_max: integer(
    ...[512, 1, 16_384],
    "Twice the sessions there may be, so that all may come back at once",
  ),
  binary_connections_max_per_address: integer(
    ...[64, 1, 16_384],
    "One machine of a client cannot keep the others out",
  ),

  demo_orders_per_second: integer(0, 0, 2_000, "0 = no demo: no instruments, accounts or flow"),
  demo_seed: integer(1, 1, 4_294_967_295, "The same seed gives the same stream of orders"),
} as const;

type SettingKey = keyof typeof SETTINGS;
type CamelCase<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Key;
type ValueOf<Each> = Each extends Integer
  ? number
  : Each extends Switch
    ? boolean
    : Each extends Choice<infer Name>
      ? Name
      : string;
type Values = { readonly [Key in SettingKey]: ValueOf<(typeof SETTINGS)[Key]> };

/** All settings, under their camelCase names. */
export type Config = {
  readonly [Key in SettingKey as CamelCase<Key>]: Values[Key];
} & { readonly profile: ProfileName };

/** What a profile changes of the defaults. */
export const PROFILES = {
  default: {},
  demo: {
    ...{ data_directory: "data/demo", init_at_start: true, clock_jump_accepted: true },
    ...{ demo_orders_per_second: 200, snapshot_interval_commands: 500_000, history_days: 1 },
  },
  dev: {
    ...{ data_directory: "data/dev", init_at_start: true, clock_jump_accepted: true },
    log_level: "debug",
  },
  test: {
    ...{ data_directory: "data/test", init_at_start: true, http_port: 0, metrics_port: 0 },
    ...{ fix_port: 0, fix_market_data_port: 0, binary_port: 0 },
  },
} as const satisfies Record<string, Partial<Values>>;
export type ProfileName = keyof typeof PROFILES;

// What the venue counts: commands, rejects, the journal and how far the disk is behind.

import type { Core, CoreStatus } from "../core/core.ts";
import type { TransactionHead } from "../core/released.ts";
import { rejectByNumber } from "../domain/reject.ts";
import type { RejectCode } from "../domain/reject.ts";
import type { Counter, Metrics } from "../metrics.ts";
import { opcodeName } from "./order-log.ts";

/** Counts commands by opcode and rejects by code. */
export class CommandMetrics {
  readonly #commands: (labels: { opcode: string }) => Counter;
  readonly #rejects: (labels: { code: string }) => Counter;
  /** Handles, so that the hot path formats no label. */
  readonly #byOpcode: (Counter | undefined)[] = [];
  readonly #byCode = new Map<RejectCode, Counter>();

  constructor(metrics: Metrics) {
    this.#commands = metrics.counter("openbell_commands_total", "Commands executed, by opcode");
    this.#rejects = metrics.counter(
      "openbell_rejects_total",
      "Refusals by code, of the engine and before it",
    );
  }

  /** Counts one transaction of the change log. */
  count({ opcode, code }: Pick<TransactionHead, "opcode" | "code">): void {
    let counter = this.#byOpcode[opcode];
    if (counter === undefined) {
      counter = this.#commands({ opcode: opcodeName(opcode) });
      this.#byOpcode[opcode] = counter;
    }
    counter.value += 1;
    if (code !== 0) this.countReject(code);
  }

  /** Counts a refusal; of those that got no sequence the protocols tell. */
  countReject(code: RejectCode): void {
    let counter = this.#byCode.get(code);
    if (counter === undefined) {
      counter = this.#rejects({ code: rejectByNumber[code].name });
      this.#byCode.set(code, counter);
    }
    counter.value += 1;
  }
}

/** Adds what the core says of itself. Units: seconds, bytes, commands. */
export function observeCore(metrics: Metrics, core: Pick<Core, "status">): void {
  const add =
    (type: "gauge" | "counter") =>
    (name: string, help: string, read: (status: CoreStatus) => number): void =>
      metrics.read(`openbell_${name}`, type, help, () => read(core.status()));
  const [gauge, counter] = [add("gauge"), add("counter")];
  counter("executed_sequence", "Last command executed", (status) => status.executedSequence);
  counter("durable_sequence", "Last command on disk", (status) => status.durableSequence);
  counter("snapshot_sequence", "Last command in a snapshot", (status) => status.snapshotSequence);
  gauge(
    "journal_lag_commands",
    "How far the disk is behind the engine",
    (status) => status.executedSequence - status.durableSequence,
  );
  gauge(
    "unsynced_commands",
    "Commands ahead of the disk, of at most unsynced_commands_max",
    (status) => status.unsyncedCommands,
  );
  gauge("pending_bytes", "Transactions not yet released", (status) => status.pendingBytes);
  gauge("clock_held", "1: a clock jump waits for the operator", (status) =>
    status.clockHeld ? 1 : 0,
  );
  gauge("accepts_orders", "0: cancels only, or nothing", (status) =>
    status.mode === "open" ? 1 : 0,
  );
  counter("journal_bytes_total", "Bytes written", (status) => status.journal.bytes);
  counter("journal_writes_total", "Writes", (status) => status.journal.writes);
  counter("journal_segments_total", "Segments begun", (status) => status.journal.segments);
  counter("snapshots_total", "Snapshots written", (status) => status.snapshot.written);
  gauge("snapshot_bytes", "Size of the last snapshot", (status) => status.snapshot.bytes);
  gauge(
    "snapshot_duration_seconds",
    "Time the last snapshot took, beside trading",
    (status) => status.snapshot.durationUs / 1_000_000,
  );
  metrics.readHistogram("openbell_journal_sync_seconds", "Time of a sync to disk", () => {
    const { syncBoundsUs, syncBuckets, syncUs } = core.status().journal;
    const bounds = syncBoundsUs.map((bound) => bound / 1_000_000);
    return { bounds, counts: syncBuckets, sum: syncUs / 1_000_000 };
  });
}

// What the venue counts: commands, rejects, the journal and how far the disk is behind.

import type { Core } from "../core/core.ts";
import type { Transaction } from "../domain/change.ts";
import { rejectByNumber } from "../domain/reject.ts";
import type { RejectCode } from "../domain/reject.ts";
import type { Counter, Metrics } from "../metrics.ts";
import { opcodeName } from "./order-log.ts";

/** Counts commands by opcode and rejects by code. */
export class CommandMetrics {
  readonly #commands: (labels: { opcode: string }) => Counter;
  readonly #rejects: (labels: { code: string }) => Counter;
  /** Handles by opcode, so that the hot path formats no label. */
  readonly #byOpcode: (Counter | undefined)[] = [];

  constructor(metrics: Metrics) {
    this.#commands = metrics.counter("openbell_commands_total", "Commands executed, by opcode");
    this.#rejects = metrics.counter(
      "openbell_rejects_total",
      "Refusals by code, of the engine and before it",
    );
  }

  /** Counts one transaction of the change log. */
  count(transaction: Transaction): void {
    const { opcode, code } = transaction;
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
    this.#rejects({ code: rejectByNumber[code].name }).value += 1;
  }
}

// The one path of commands from every protocol to the core: rate, permission, account, submit,
// reply. Nothing else stamps an account on a command. What a command means is judged by the engine.

import type { Core } from "../core/core.ts";
import type { Transaction } from "../domain/change.ts";
import { CommandFlag, Opcode } from "../domain/command.ts";
import type { CommandFields, SubmittedCommand } from "../domain/command.ts";
import { RejectCode } from "../domain/reject.ts";
import type { Clock } from "../clock.ts";
import { isAllowed } from "./authenticator.ts";
import type { Caller, PermissionName } from "./authenticator.ts";
import type { OrderHops } from "./order-hops.ts";
import type { OrderLog } from "./order-log.ts";

/** Hears what became of a command, once it is durable. */
export type Reply = (transaction: Transaction) => void;

/** Who may give a command, and which account it is stamped with. */
interface Rule {
  readonly permission: PermissionName;
  /** `own`: the caller's, or with `admin` another. `venue`: none; the caller is noted beside it. */
  readonly scope: "own" | "venue";
}

const TRADE: Rule = { permission: "trade", scope: "own" };
const TRANSFER: Rule = { permission: "transfer", scope: "own" };
const ADMIN: Rule = { permission: "admin", scope: "venue" };

/** The permission column of docs/commands.md. Opcodes without a row belong to the runtime. */
const RULES: ReadonlyMap<Opcode, Rule> = new Map<Opcode, Rule>([
  [Opcode.newOrder, TRADE],
  [Opcode.cancelOrder, TRADE],
  [Opcode.replaceOrder, TRADE],
  [Opcode.massCancel, TRADE],
  [Opcode.deposit, { permission: "admin", scope: "own" }],
  [Opcode.withdraw, TRANSFER],
  [Opcode.transfer, TRANSFER],
  [Opcode.sweepFees, ADMIN],
  [Opcode.createCurrency, ADMIN],
  [Opcode.createInstrument, ADMIN],
  [Opcode.createAccount, ADMIN],
  [Opcode.setAlias, ADMIN],
  [Opcode.removeAlias, ADMIN],
  [Opcode.setFees, ADMIN],
  [Opcode.setLimit, ADMIN],
  [Opcode.setBand, ADMIN],
  [Opcode.setInstrumentState, ADMIN],
  [Opcode.setAccountState, { permission: "admin", scope: "own" }],
]);

/** A command as a protocol reads it: the account is not the protocol's to say. */
export type EnteredCommand = SubmittedCommand;

export class OrderEntry {
  readonly #core: Pick<Core, "submit">;
  readonly #clock: Clock;
  readonly #log: OrderLog;
  readonly #hops: OrderHops | undefined;

  /** Without `hops` nothing is stamped. */
  constructor(core: Pick<Core, "submit">, clock: Clock, log: OrderLog, hops?: OrderHops) {
    this.#core = core;
    this.#clock = clock;
    this.#log = log;
    this.#hops = hops;
  }

  /**
   * Gives a command to the core. `reply` is called once, later, unless a code is returned: then
   * nothing was given and nothing happened.
   *
   * `account` is the account acted on when it is not the caller's own, which needs `admin`.
   * Errors: throttled, permission_denied, and what the core answers when it takes nothing.
   */
  enter(
    caller: Caller,
    command: EnteredCommand,
    reply: Reply,
    account?: number,
  ): RejectCode | undefined {
    const refused = this.#admit(caller, command, account);
    if (refused !== undefined) return refused;
    stamp(caller, command, account);
    const hops = this.#hops?.submitted();
    return this.#core.submit(command, (transaction) => {
      // A sequence of 0: the core had no room for it, and nothing happened.
      if (transaction.sequence !== 0) {
        this.#log.writeCommand(caller, command, transaction);
        if (hops !== undefined) this.#hops?.durable(hops);
      }
      reply(transaction);
    });
  }

  #admit(caller: Caller, command: CommandFields, account?: number): RejectCode | undefined {
    const isCancel = command.opcode === Opcode.cancelOrder || command.opcode === Opcode.massCancel;
    const bucket = isCancel ? caller.cancels : caller.requests;
    if (!bucket.take(this.#clock.elapsedUs())) return RejectCode.throttled;
    const rule = RULES.get(command.opcode);
    if (rule === undefined) return RejectCode.permission_denied;
    const permission = account === undefined ? rule.permission : "admin";
    if (!isAllowed(caller, permission)) return RejectCode.permission_denied;
    // An operator cancels for others, and never trades for them.
    const isTrade = rule === TRADE && !isCancel;
    return account !== undefined && isTrade ? RejectCode.permission_denied : undefined;
  }
}

/** Sets whose command it is, in place: no second object per order. */
function stamp(caller: Caller, command: CommandFields, account: number | undefined): void {
  const rule = RULES.get(command.opcode);
  if (rule?.scope === "own") command.account = account ?? caller.account;
  if (rule === TRADE) {
    if (account !== undefined) command.flags = (command.flags ?? 0) | CommandFlag.admin;
  } else {
    command.session = caller.account;
  }
}

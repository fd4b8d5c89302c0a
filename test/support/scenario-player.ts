// Plays a scenario on a venue: gives the commands, compares what they answer, and after every line
// looks that nothing was made or lost (rules 3.5).

import { parseDecimal } from "../../gateway/domain/decimal.ts";
import type {
  Action,
  Check,
  Command,
  Line,
  OrderField,
  OrderReference,
  OriginalReference,
  Outcome,
  Scenario,
} from "./scenario-script.ts";
import {
  toBalancesText,
  toFieldsText,
  toSideText,
  toText,
  toTradesText,
} from "./scenario-texts.ts";
import type { Found, LedgerRow, OrderName, ResolvedAction, Venue } from "./scenario-venue.ts";
import { ScenarioError } from "./scenario-words.ts";

/** Plays `lines` of a scenario. Errors: throws `ScenarioError` at the first that is not so. */
export async function playScenario(
  scenario: Scenario,
  lines: readonly Line[],
  venue: Venue,
): Promise<void> {
  const player = new Player(scenario, venue);
  await player.setUp();
  for (const line of lines) await player.play(line);
}

class Player {
  readonly #scenario: Scenario;
  readonly #venue: Venue;
  /** Order ids and results by label, client order id and request id. */
  readonly #ids = new Map<string, number>();
  readonly #symbol: string;
  #firstSequence = 0;
  #requestCount = 0;

  constructor(scenario: Scenario, venue: Venue) {
    this.#scenario = scenario;
    this.#venue = venue;
    const listed = scenario.given.find((action) => action.kind === "create instrument");
    this.#symbol = listed?.symbol ?? "";
  }

  async setUp(): Promise<void> {
    for (const action of this.#scenario.given) {
      const { outcome } = await this.#execute(action);
      const found = toText(outcome);
      if (found !== "accepted") {
        this.#fail(1, `given ${action.kind}`, "accepted", found);
      }
    }
    this.#firstSequence = await this.#venue.sequence();
  }

  async play(line: Line): Promise<void> {
    try {
      await this.#play(line);
    } catch (error) {
      if (error instanceof ScenarioError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new ScenarioError(this.#scenario.path, line.number, message);
    }
  }

  async #play(line: Line): Promise<void> {
    const { content } = line;
    if ("action" in content) {
      for (let time = 0; time < content.times; time += 1) await this.#run(line, content);
      this.#checkLedger(line, await this.#venue.ledger());
    } else {
      const [expected, found] = await this.#compare(line, content);
      if (expected !== found) this.#fail(line.number, line.text, expected, found);
    }
  }

  async #run(line: Line, command: Command): Promise<void> {
    const executed = await this.#execute(command.action, line);
    const { outcome } = executed;
    if (command.action.kind === "new order") this.#checkOrderId(line, executed);
    const isUnnamed = outcome.kind === "duplicate" && outcome.of === undefined;
    const expected = toText(this.#resolveOutcome(line, command, isUnnamed));
    const found = toText(outcome);
    if (expected !== found) this.#fail(line.number, line.text, expected, found);
  }

  /** An order's id is the sequence of its command, also when it was rejected (rules 1.4). */
  #checkOrderId(line: Line, { outcome, id, sequence }: Found): void {
    if (outcome.kind === "duplicate" || id === sequence) return;
    this.#fail(line.number, line.text, `order id ${sequence}`, `${id}`);
  }

  async #execute(action: Action, line?: Line): Promise<Found> {
    const resolved = this.#resolve(action, line);
    const found = await this.#venue.execute(resolved);
    const isDone = found.outcome.kind !== "rejected" && found.outcome.kind !== "duplicate";
    for (const [name, needsSuccess] of namesOf(resolved)) {
      if (isDone || !needsSuccess) this.#ids.set(name, found.id);
    }
    return found;
  }

  #resolve(action: Action, line: Line | undefined): ResolvedAction {
    switch (action.kind) {
      case "new order":
        return { ...action, symbol: action.symbol ?? this.#symbol };
      case "cancel":
      case "replace":
        return { ...action, order: this.#toName(line, action.order) };
      case "deposit":
      case "withdraw":
      case "transfer":
        return { ...action, requestId: action.requestId ?? this.#newRequestId() };
      default:
        return action;
    }
  }

  #newRequestId(): string {
    this.#requestCount += 1;
    return `request-${this.#requestCount}`;
  }

  #toName(line: Line | undefined, order: OrderReference): OrderName {
    if ("label" in order) return { orderId: this.#idOf(line, `#${order.label}`) };
    const label = /^ob-(#.+)$/.exec(order.clientOrderId)?.[1];
    if (label === undefined) return order;
    return { clientOrderId: `ob-${this.#idOf(line, label)}` };
  }

  #idOf(line: Line | undefined, name: string): number {
    const id = this.#ids.get(name);
    if (id === undefined) {
      throw new ScenarioError(this.#scenario.path, line?.number ?? 1, `no earlier line is ${name}`);
    }
    return id;
  }

  #resolveOutcome(
    line: Line,
    { action, expected }: Command,
    isUnnamed: boolean,
  ): Outcome<number | undefined> {
    if (expected.kind !== "duplicate") return expected;
    if (isUnnamed) return { kind: "duplicate", of: undefined };
    const account = "account" in action ? action.account : "";
    return { kind: "duplicate", of: this.#idOf(line, originalName(expected.of, account)) };
  }

  /** What a check expects and what there is, as texts. */
  async #compare(line: Line, check: Check): Promise<[expected: string, found: string]> {
    const venue = this.#venue;
    switch (check.kind) {
      case "balances":
        return this.#compareBalances(check);
      case "account":
        return [check.state, await venue.accountState(check.account)];
      case "book":
        return this.#compareBook(check);
      case "order":
        return this.#compareOrder(line, check);
      case "open orders": {
        const found = await venue.openOrders(check.account);
        const ids = check.orders.map((order) => {
          return this.#idOf(line, originalName(order, check.account));
        });
        return [ids.join(", "), found.join(", ")];
      }
      case "trades": {
        const found = await venue.trades(check.symbol ?? this.#symbol);
        const expected = check.trades.map((trade, index) => ({ ...trade, tradeId: index + 1 }));
        return [toTradesText(expected), toTradesText(found)];
      }
      case "instrument": {
        const found = await venue.instrument(check.symbol);
        return [toFieldsText(check.fields, check.fields), toFieldsText(check.fields, found)];
      }
      case "sessions":
        return [`${check.count}`, `${await venue.sessionCount()}`];
      case "sequence":
        return [`${check.moved}`, `${(await venue.sequence()) - this.#firstSequence}`];
      case "changes": {
        const found = await venue.changes();
        const expected = check.changes.map((change) => {
          return change.replace(/#\S+/g, (label) => `${this.#idOf(line, label)}`);
        });
        return [expected.join(", "), found.join(", ")];
      }
    }
  }

  async #compareBalances(check: Check & { kind: "balances" }): Promise<[string, string]> {
    const rows = (await this.#venue.ledger()).filter((row) => row.holder === check.account);
    const found = check.balances.map(({ currency }) => {
      const row = rows.find((each) => each.currency === currency);
      return { currency, available: row?.available ?? "0", frozen: row?.frozen ?? "0" };
    });
    return [toBalancesText(check.balances), toBalancesText(found)];
  }

  async #compareBook(check: Check & { kind: "book" }): Promise<[string, string]> {
    const { bids, asks } = await this.#venue.book(check.symbol ?? this.#symbol);
    const expected: string[] = [];
    const found: string[] = [];
    for (const [name, wanted, side] of [
      ["bids", check.bids, bids],
      ["asks", check.asks, asks],
    ] as const) {
      if (wanted === undefined) continue;
      expected.push(name, toSideText(wanted, side));
      found.push(name, toSideText(side, wanted));
    }
    return [expected.join(" "), found.join(" ")];
  }

  async #compareOrder(line: Line, check: Check & { kind: "order" }): Promise<[string, string]> {
    const view = await this.#venue.order(check.account, this.#toName(line, check.order));
    const found = view === undefined ? "unknown" : `${view.status} (${view.reason})`;
    const expected =
      check.status === undefined ? "unknown" : `${check.status} (${check.reason ?? "none"})`;
    const wanted = [...check.fields].map(([name, value]) => {
      return [name, value.replace(/#\S+/g, (label) => `${this.#idOf(line, label)}`)] as const;
    });
    return [
      `${expected} ${toFieldsText(check.fields, new Map(wanted))}`,
      `${found} ${toFieldsText(check.fields, view?.fields ?? new Map<OrderField, string>())}`,
    ];
  }

  /** Every currency sums to zero, and nobody but the external account is below it. */
  #checkLedger(line: Line, rows: readonly LedgerRow[]): void {
    const sums = new Map<string, bigint>();
    for (const { holder, currency, available, frozen, mayBeNegative } of rows) {
      const amounts = [toUnits(available), toUnits(frozen)] as const;
      const isBelow = amounts.some((amount) => amount < 0n);
      if (isBelow && !mayBeNegative) {
        this.#fail(line.number, line.text, "nothing below zero", `${holder} ${currency}`);
      }
      sums.set(currency, (sums.get(currency) ?? 0n) + amounts[0] + amounts[1]);
    }
    for (const [currency, sum] of sums) {
      if (sum !== 0n) {
        this.#fail(line.number, line.text, `${currency} sums to 0`, `${sum} × 10^-${SUM_SCALE}`);
      }
    }
  }

  #fail(line: number, text: string, expected: string, found: string): never {
    const message = `${text}\n  expected: ${expected}\n  found:    ${found}`;
    throw new ScenarioError(this.#scenario.path, line, message);
  }
}

/** Decimals in which sums are made: more than a currency can have. */
const SUM_SCALE = 18;

function toUnits(text: string): bigint {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new RangeError(`${text} is no amount`);
  return parsed.value.unscaled * 10n ** BigInt(SUM_SCALE - parsed.value.scale);
}

/** Names that the outcome of a command is remembered by; whether only a successful one counts. */
function namesOf(action: ResolvedAction): [name: string, needsSuccess: boolean][] {
  const names: [string, boolean][] = [];
  if ("label" in action && action.label !== undefined) names.push([`#${action.label}`, false]);
  if ("clientOrderId" in action && action.clientOrderId !== undefined) {
    names.push([`${action.account} ${action.clientOrderId}`, true]);
  }
  if ("requestId" in action && action.requestId !== undefined) {
    names.push([`request ${action.requestId}`, true]);
  }
  return names;
}

function originalName(original: OriginalReference, account: string): string {
  if ("label" in original) return `#${original.label}`;
  if ("requestId" in original) return `request ${original.requestId}`;
  return `${account} ${original.clientOrderId}`;
}

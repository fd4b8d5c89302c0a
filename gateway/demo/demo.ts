// The demo as a whole: set-up, then flow. main.ts starts and stops it; nothing else knows of it.

import type { Core } from "../core/core.ts";
import type { Clock } from "../clock.ts";
import { parseAmount, parsePrice } from "../domain/decimal.ts";
import { EXTERNAL_ACCOUNT } from "../domain/units.ts";
import type { ReferenceData } from "../sessions/reference-data.ts";
import type { FixSessions } from "../sessions/fix-sessions.ts";
import { type DemoFixSessions, setUpFixSessions } from "./fix-sessions.ts";
import { DemoFlow, type FlowInstrument } from "./flow.ts";
import { InnerClient } from "./inner-client.ts";
import { type DemoParts, setUpDemo } from "./set-up.ts";
import {
  DEMO_ACCOUNTS,
  DEMO_FUNDS,
  DEMO_INSTRUMENTS,
  type DemoAccount,
  type DemoInstrument,
  valueOf,
} from "./venue.ts";

export interface DemoOptions extends DemoParts {
  readonly core: Pick<Core, "listen" | "query" | "status">;
  readonly clock: Clock;
  readonly fixSessions: FixSessions;
  readonly ordersPerSecond: number;
  readonly seed: number;
  /** Gets the accounts of the flow and the set-up: their commands are not worth a line each. */
  readonly quietAccounts: Set<number>;
}

export interface Demo {
  /** Bearer token of the account that the printed order trades for. */
  readonly token: string;
  /** Over FIX, for the same account. */
  readonly fixSessions: DemoFixSessions;
  stop(): void;
}

/**
 * Smallest order of the flow, as a part of what the instrument takes: prices move until it arrives.
 */
const VALUE_MARGIN = 1.2;

/** Completes the venue and starts the flow. Errors: throws `demo_set_up_failed`. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { core, clock, reference, orderEntry, quietAccounts } = options;
  // In whose name the venue sets itself up.
  quietAccounts.add(EXTERNAL_ACCOUNT);
  const { accounts, token } = await setUpDemo(options);
  const withRole = (role: DemoAccount["role"]): number[] =>
    DEMO_ACCOUNTS.filter((account) => account.role === role).flatMap(({ name }) => {
      const account = accounts.get(name);
      return account === undefined ? [] : [account];
    });
  const [makers, takers] = [withRole("maker"), withRole("taker")];
  const accountsOfFlow = new Set([...makers, ...takers]);
  for (const account of accountsOfFlow) quietAccounts.add(account);
  const flow = new DemoFlow({
    venue: new InnerClient(core, orderEntry, clock, flowFunds(reference)),
    clock,
    instruments: DEMO_INSTRUMENTS.map((each) => toFlowInstrument(each, reference)),
    makers,
    takers,
    ordersPerSecond: options.ordersPerSecond,
    // Another stretch of chance after every start, and the same one on a fresh directory.
    seed: options.seed + core.status().executedSequence,
  });
  const unsubscribe = core.listen((released) => {
    if (released.concerns(accountsOfFlow)) flow.apply(released.transaction());
  });
  flow.start();
  return {
    token,
    fixSessions: setUpFixSessions(options.fixSessions, token),
    stop() {
      flow.stop();
      unsubscribe();
    },
  };
}

function toFlowInstrument(
  { symbol, reference: price, notionalMin, flowValueMax }: DemoInstrument,
  reference: ReferenceData,
): FlowInstrument {
  const listing = reference.findListing(symbol);
  if (listing === undefined) throw new RangeError(`${symbol} was not set up`);
  const { instrument, quote } = listing;
  const toValue = (amount: string): number =>
    Number(valueOf(parseAmount(amount, quote.scale)) / instrument.quotePerTickLot);
  return {
    instrument,
    reference: valueOf(parsePrice(price, instrument)),
    valueMin: toValue(notionalMin) * VALUE_MARGIN,
    valueMax: toValue(flowValueMax),
  };
}

function flowFunds(reference: ReferenceData): Map<number, bigint> {
  const funds = new Map<number, bigint>();
  for (const [code, amount] of Object.entries(DEMO_FUNDS.maker)) {
    const currency = reference.findCurrency(code);
    if (currency === undefined) throw new RangeError(`no currency ${code}`);
    funds.set(currency.currencyId, valueOf(parseAmount(amount, currency.scale)));
  }
  return funds;
}

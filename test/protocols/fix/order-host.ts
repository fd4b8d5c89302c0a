// What the scripts about orders are played on: the venue's order application with a real core,
// whose time is the script's. CLIENT1 and SECOND are sessions of one account, which DROP copies;
// CLIENT2 is one of another. Each has means, and one lot is 0.00001, one tick 0.01.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Opcode, type SubmittedCommand } from "../../../gateway/domain/command.ts";
import { InstrumentState, LimitKind } from "../../../gateway/domain/instrument.ts";
import { OrderType, Side, TimeInForce } from "../../../gateway/domain/order.ts";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import { VENUE_COMP_ID } from "../../support/fix-client.ts";
import { ALICE, BOB, MARKET } from "../../support/fix-market.ts";
import { FixVenue } from "../../support/fix-venue.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { Directive } from "./script-parser.ts";
import type { ScriptHost } from "./script-player.ts";

/** Turns in which everything that is due at once has happened; the stage that owes has its own. */
const SETTLE_TURNS = 4;
const INSTRUMENT = 1;

/**
 * `venue burst 3`: three orders at once, six messages of any kind, and nothing comes back.
 * `venue keeps-at-logout`: a Logout cancels nothing.
 *
 * What `say` may tell: `operator halt`, `operator close`, `operator limit-quantity 1 3`,
 * `operator list ETH-USDT`, `operator no-core`; `CLIENT2 sell 1 @ 100`, an order by another
 * protocol.
 */
export interface OrderHost extends ScriptHost, AsyncDisposable {}

/** Errors: throws for a directive that is none. */
export function openOrderHost(directives: readonly Directive[]): OrderHost {
  const clock = new ManualClock();
  const directory = mkdtempSync(join(tmpdir(), "openbell-fix-"));
  const { burst, cancelsOnLogout } = readDirectives(directives);
  const rate = { perSecond: 0.001, burst };
  const limited = burst === Infinity ? {} : { rate };
  const alice = { account: ALICE, cancelsOnLogout, ...limited };
  const fix = new FixVenue({
    ...{ directory, clock, opening: MARKET, hasCallerTime: true },
    traders: {
      ...{ CLIENT1: alice, SECOND: alice, DROP: { account: ALICE, isDropCopy: true } },
      CLIENT2: { account: BOB },
    },
    ...(burst === Infinity ? {} : { hardRate: { ...rate, burst: 2 * burst } }),
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      clock.advanceMs(0);
      fix.core.setCallerTime(clock.nowUs());
      fix.core.flush();
    }
  };
  return {
    ...{ clock, settle, acceptor: fix.acceptor, beginString: "FIX.4.4", venue: VENUE_COMP_ID },
    say(who, line) {
      if (line === "no-core") {
        fix.venue.orderEntry.enter = () => RejectCode.core_unavailable;
        return;
      }
      for (const command of toCommands(who, line)) {
        fix.core.submit(command, ({ code }) => {
          if (code !== 0) throw new Error(`${who} ${line}: code ${code}`);
        });
      }
    },
    restart() {
      throw new Error("a venue is restarted in owed-reports.test.ts");
    },
    async [Symbol.asyncDispose]() {
      const stopped = fix.stop();
      // Who does not answer the Logout is given up.
      await settle();
      clock.advanceMs(10_000);
      await stopped;
      rmSync(directory, { recursive: true });
    },
  };
}

function readDirectives(directives: readonly Directive[]) {
  let [burst, cancelsOnLogout] = [Infinity, true];
  for (const { word, rest } of directives) {
    const [name = "", value = ""] = rest.split(" ");
    if (word === "venue" && name === "burst") burst = Number(value);
    else if (word === "venue" && name === "keeps-at-logout") cancelsOnLogout = false;
    else throw new Error(`orders have no directive ${word} ${rest}`);
  }
  return { burst, cancelsOnLogout };
}

function toCommands(who: string, line: string): readonly SubmittedCommand[] {
  const instrument = INSTRUMENT;
  const [word = "", first = "", second = "", third = ""] = line.split(" ");
  const state = { opcode: Opcode.setInstrumentState, instrument };
  switch (word) {
    case "halt":
      return [{ ...state, kind: InstrumentState.halted }];
    case "close":
      return [{ ...state, kind: InstrumentState.closed }];
    case "list": {
      const [base = ""] = first.split("-");
      const listed = { opcode: Opcode.createInstrument, account: 3, instrument: 2, text: first };
      return [
        { opcode: Opcode.createCurrency, text: base, quantity: 9 },
        { ...listed, price: 1, side: 2, quantity: 10_000 },
        { ...state, instrument: 2, kind: InstrumentState.open },
      ];
    }
    case "limit-quantity": {
      const limit = { opcode: Opcode.setLimit, instrument };
      return [
        { ...limit, kind: LimitKind.quantityMin, amount: BigInt(Number(first) * LOTS) },
        { ...limit, kind: LimitKind.quantityMax, amount: BigInt(Number(second) * LOTS) },
      ];
    }
    case "buy":
    case "sell": {
      const side = word === "buy" ? Side.buy : Side.sell;
      const terms = { quantity: Number(first) * LOTS, price: Number(third) * TICKS };
      const limit = { orderType: OrderType.limit, timeInForce: TimeInForce.gtc };
      const account = who === "CLIENT2" ? BOB : ALICE;
      return [{ opcode: Opcode.newOrder, account, instrument, side, ...limit, ...terms }];
    }
    default:
      throw new Error(`nobody can say ${line}`);
  }
}

/** Lots of 1, ticks of 1. */
const [LOTS, TICKS] = [100_000, 100];

// The loops with a venue of the test's own making: when requests leave, and from when they count.

import { expect, test } from "bun:test";
import type { Connection, Request } from "./connection.ts";
import { Driver } from "./drive.ts";
import type { Market } from "./market.ts";
import { Draws } from "./mix.ts";
import { Findings, LoadSession } from "./session.ts";

const MARKET: Pick<Market, "termsOf"> = {
  termsOf: ({ side }) => ({
    ...{ symbol: "A-B", instrument: 1, side, price: "1", quantity: "1" },
    ...{ ticks: 1, lots: 1 },
  }),
};
const MIX = { limit: 50, take: 0, cancel: 50, replace: 0 };

interface Rig {
  readonly findings: Findings;
  readonly driver: Driver;
  readonly sent: Request[];
  readonly answer: (request: Request, refusal?: string) => void;
}

/** `take` is told of each request; it answers when it likes. */
function rig(options: {
  inFlightMax: number;
  openMax?: number;
  take: (request: Request, rig: Rig) => void;
}): Rig {
  const findings = new Findings();
  const { inFlightMax, openMax = 10, take } = options;
  const draws = new Draws(MIX, 1);
  const session = new LoadSession({ prefix: "t", market: MARKET, draws, findings, openMax });
  const driver = new Driver([session], findings);
  const sent: Request[] = [];
  const answer = (request: Request, refusal?: string): void => {
    const isOpen = refusal === undefined && request.kind === "limit";
    driver.answered(session, { id: request.id, isOpen, refusal });
  };
  const made: Rig = { findings, driver, sent, answer };
  const connection: Connection = {
    inFlightMax,
    send(request) {
      sent.push(request);
      take(request, made);
    },
    close: () => Promise.resolve(),
  };
  session.attach(connection);
  return made;
}

test("an open loop counts from when a request was due, and spares nobody a stall", async () => {
  const heard: Request[] = [];
  const { driver, findings } = rig({
    inFlightMax: 1,
    take(request, { answer, sent }) {
      // The first one waits for a tenth of a second, all others for nothing.
      if (sent.length > 1) queueMicrotask(() => answer(request));
      else {
        heard.push(request);
        setTimeout(() => answer(request), 100);
      }
    },
  });
  const driven = await driver.open({ warmUpSeconds: 0, seconds: 1 }, 100);
  expect(driven).toEqual({ measuredSeconds: 1, unanswered: 0, unsent: 0 });
  expect(findings.all.count).toBe(100);
  // Nine more became due during the stall, 10 ms apart: nearly a tenth waited for long.
  expect(findings.all.percentile(0.91)).toBeGreaterThanOrEqual(5_000);
  expect(findings.all.percentile(1)).toBeGreaterThanOrEqual(99_000);
  expect(heard).toHaveLength(1);
});

test("a closed loop keeps so many in flight, and what warms up is not counted", async () => {
  let inFlight = 0;
  let inFlightMax = 0;
  const { driver, findings, sent } = rig({
    inFlightMax: 100,
    take(request, { answer }) {
      inFlight += 1;
      inFlightMax = Math.max(inFlightMax, inFlight);
      setImmediate(() => {
        inFlight -= 1;
        answer(request);
      });
    },
  });
  await driver.closed({ warmUpSeconds: 0.3, seconds: 0.3 }, 7);
  expect(inFlightMax).toBe(7);
  expect(findings.all.count).toBeGreaterThan(0);
  expect(findings.all.count).toBeLessThan(sent.length);
});

test("a session has a bounded number of orders open, and cancels what is open", async () => {
  const open = new Set<string>();
  let openMax = 0;
  const { driver, findings } = rig({
    inFlightMax: 1,
    openMax: 5,
    take(request, { answer }) {
      if (request.kind === "limit") open.add(request.id);
      else if (request.kind === "cancel") expect(open.delete(request.orderId)).toBe(true);
      openMax = Math.max(openMax, open.size);
      setImmediate(() => answer(request));
    },
  });
  await driver.closed({ warmUpSeconds: 0, seconds: 0.3 }, 1);
  expect(openMax).toBeLessThanOrEqual(5);
  expect(findings.byKind.cancel.count).toBeGreaterThan(0);
});

test("refusals are counted by their words, and a broken connection ends it", async () => {
  const { driver, findings } = rig({
    inFlightMax: 1,
    take(request, { answer, sent, driver: own }) {
      if (sent.length < 10) setImmediate(() => answer(request, "throttled"));
      else own.fail(new Error("gone"));
    },
  });
  const driving = driver.closed({ warmUpSeconds: 0, seconds: 60 }, 1);
  await expect(driving).rejects.toThrow("gone");
  expect(findings.refusals).toEqual(new Map([["throttled", 9]]));
});

// The session layer alone, under initiators that nobody here wrote: the test acceptor echoes what
// they send.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { startAcceptor } from "./acceptor-process.ts";
import { buildEngine, Engine, type EngineName, fieldOf, missingProgram } from "./engine.ts";

const BUILD_MS_MAX = 300_000;
const TEST_MS_MAX = 120_000;
const ENGINES: readonly EngineName[] = ["quickfixj", "quickfixgo"];

afterAll(removeDirectories);

function order(id: string, quantity: string): [number, string | number][] {
  return [
    ...[[11, id] as const, [55, "BTC-USDT"] as const, [54, 1] as const],
    ...[[60, "20261121-10:00:00.000"] as const, [38, quantity] as const],
    ...[[40, 2] as const, [44, "1.50"] as const],
  ].map(([tag, value]) => [tag, value]);
}

describe.each([...ENGINES])("%s", (name) => {
  const missing = missingProgram(name);
  if (missing !== undefined) process.stdout.write(`no ${missing}: ${name} is skipped\n`);
  const isThere = missing === undefined;

  beforeAll(async () => {
    if (isThere) await buildEngine(name);
  }, BUILD_MS_MAX);

  test.if(isThere)(
    "logs on, is echoed, is asked whether it lives, logs out and comes again",
    async () => {
      const acceptor = await startAcceptor("VENUE", "CLIENT1,CLIENT2");
      const directory = makeDirectory();
      const ids = { senderCompId: "CLIENT1", targetCompId: "VENUE", heartbeatSeconds: 1 };
      const settings = { ...ids, port: acceptor.port, directory, resetsOnLogon: true };
      const engine = new Engine(name, settings);
      for (const round of [1, 2]) {
        engine.start();
        await engine.next("logon");
        for (const quantity of ["002000.00", "7"]) {
          engine.send("D", order(`${round}-${quantity}`, quantity));
          const echo = await engine.next("from-app", `11=${round}-${quantity}`);
          expect(fieldOf(echo, 38)).toBe(quantity);
          expect(fieldOf(echo, 35)).toBe("D");
        }
        // Unsupported here: a business reject, which the engine's dictionary must know.
        engine.send("F", [
          ...order("c", "1").filter(([tag]) => tag !== 40 && tag !== 44),
          [41, "a"],
        ]);
        const refused = await engine.next("from-app", "35=j");
        expect([380, 372].map((tag) => fieldOf(refused, tag))).toEqual(["3", "F"]);
        // A heartbeat a second.
        await engine.next("from-admin", "35=0|");
        await engine.next("from-admin", "35=0|");
        await engine.stop();
      }
      // A session Reject would mean that one side disliked a message of the other.
      const rejects = engine.events.filter(({ message }) => message.includes("|35=3|"));
      expect(rejects).toEqual([]);
      await engine.kill();
      acceptor.child.kill("SIGTERM");
      expect(await acceptor.child.exited).toBe(0);
    },
    TEST_MS_MAX,
  );

  test.if(isThere)(
    "that hangs is let go, and the other session lives on",
    async () => {
      const acceptor = await startAcceptor("VENUE", "CLIENT1,CLIENT2");
      const open = (senderCompId: string): Engine => {
        // Of a second, one that only starts slowly beside another is let go as well.
        const ids = { senderCompId, targetCompId: "VENUE", heartbeatSeconds: 2 };
        const directory = makeDirectory();
        return new Engine(name, { ...ids, port: acceptor.port, directory, resetsOnLogon: true });
      };
      const [frozen, living] = [open("CLIENT1"), open("CLIENT2")];
      for (const engine of [frozen, living]) {
        engine.start();
        await engine.next("logon");
      }
      frozen.freeze();
      // 2.4 intervals, and the acceptor has closed the connection.
      for (let beat = 0; beat < 4; beat += 1) await living.next("from-admin", "35=0|");
      frozen.thaw();
      await frozen.next("logout");
      await frozen.next("logon");
      living.send("D", order("alive", "1"));
      await living.next("from-app", "11=alive");
      for (const engine of [frozen, living]) await engine.kill();
      acceptor.child.kill("SIGTERM");
      await acceptor.child.exited;
    },
    TEST_MS_MAX,
  );
});

// Nothing is lost and nothing comes twice, in either direction, whatever breaks: connections,
// messages on the way, the venue's process.

import { describe, expect, test } from "bun:test";
import { Random } from "../../../gateway/demo/random.ts";
import { ModelClient } from "./model-client.ts";
import { parseScript } from "./script-parser.ts";
import { openSessionHost } from "./session-host.ts";

const RUNS = 60;
const STEPS = 150;
/** How long a run may need to come to rest, in steps. */
const REST_STEPS_MAX = 50;

async function run(seed: number): Promise<void> {
  const chance = new Random(seed);
  const random = (bound: number): number => chance.below(bound);
  const { directives } = parseScript("# Shows\nset reset-on-logon no\nstore file\nconnect\n");
  using host = openSessionHost(directives);
  const client = new ModelClient(host.clock);
  const ordered: string[] = [];
  const said: string[] = [];
  const steps: (() => void | Promise<void>)[] = [
    ...Array.from({ length: 6 }, () => () => {
      ordered.push(`order-${ordered.length}`);
      client.order(ordered.at(-1) ?? "", random(4) === 0);
    }),
    ...Array.from({ length: 6 }, () => () => {
      said.push(`news-${said.length}`);
      host.say("CLIENT1", `35=B|148=${said.at(-1)}|33=1|58=x`);
    }),
    () => client.ping(random(4) === 0),
    () => client.disconnect(),
    () => {
      if (!client.isConnected) client.connect(host.acceptor);
    },
    () => {
      if (!client.isConnected) client.connect(host.acceptor);
    },
    async () => {
      if (random(4) > 0) return;
      client.disconnect();
      await host.restart();
    },
    () => host.clock.advanceMs(random(3_000)),
  ];
  for (let step = 0; step < STEPS; step += 1) {
    await steps[random(steps.length)]?.();
    // Now and then several things happen in one turn.
    if (random(3) > 0) await host.settle();
  }
  const isWhole = (): boolean => client.received.length === ordered.length + said.length;
  for (let step = 0; step < REST_STEPS_MAX && !isWhole(); step += 1) {
    if (!client.isConnected) client.connect(host.acceptor);
    await host.settle();
    client.ping(false);
    await host.settle();
  }
  expect(client.complaints).toEqual([]);
  // An echo follows its order; news come when they come. Each kind is in order, whole, and once.
  expect(client.received.filter((text) => text.startsWith("order"))).toEqual(ordered);
  expect(client.received.filter((text) => text.startsWith("news"))).toEqual(said);
}

describe("both sides have all of it, once and in order", () => {
  const seeds = Array.from({ length: RUNS }, (_, index) => index + 1);
  test.each(seeds)("after random breaks of seed %d", async (seed) => {
    await run(seed);
  });
});

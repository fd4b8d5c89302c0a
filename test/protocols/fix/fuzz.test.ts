// Whatever a client sends that can be read, the session answers it, rejects it or ends; it never
// fails itself, and what it writes can be read.

import { describe, expect, test } from "bun:test";
import { Random } from "../../../gateway/demo/random.ts";
import { parseScript } from "./script-parser.ts";
import { ScriptPeer } from "./script-peer.ts";
import { openSessionHost } from "./session-host.ts";

const RUNS = 40;
const MESSAGES = 100;

const TYPES = ["0", "1", "2", "3", "4", "5", "A", "D", "d", "B", "8", "*", "", "ZZ"];
const TAGS = [7, 8, 10, 11, 16, 34, 35, 36, 43, 45, 49, 52, 55, 56, 58, 60, 95, 96, 97, 98];
const MORE_TAGS = [108, 112, 115, 122, 123, 141, 348, 386, 336, 453, 448, 789, 5000, 0, -1];
const VALUES = ["", "0", "1", "2", "-1", "Y", "N", "x", "999999999999999", "1e5", "+3", "3.5"];
const MORE_VALUES = [
  "CLIENT1",
  "VENUE",
  "<now>",
  "<now-500s>",
  "20260230-25:00:00",
  "\xff",
  "=",
  "a b",
];

function makeLine(chance: Random, sequence: number): string {
  const pick = <Item>(items: readonly Item[], or: Item): Item =>
    items[chance.below(items.length)] ?? or;
  const number = chance.below(20) === 0 ? sequence + chance.below(5) - 2 : sequence;
  const fields = [`35=${pick(TYPES, "0")}`, `34=${number}`];
  const valid = chance.below(3) > 0;
  if (valid) {
    const [type = ""] = fields;
    const bodies: Readonly<Record<string, string>> = {
      "35=1": "112=x",
      "35=2": `7=${1 + chance.below(5)}|16=${chance.below(5)}`,
      "35=3": "45=1",
      "35=4": `36=${sequence + chance.below(4)}${chance.below(2) === 0 ? "|123=Y" : ""}`,
      "35=A": `98=0|108=30${chance.below(2) === 0 ? "|141=Y" : ""}`,
      "35=D": "11=a|40=1|54=1|55=X|60=<now>",
      "35=d": "320=a|322=b|323=6",
      "35=B": "148=a|33=1|58=b",
    };
    fields.push(bodies[type] ?? "58=x");
  }
  for (let extra = valid ? 0 : chance.below(8); extra > 0; extra -= 1) {
    const tag = pick([...TAGS, ...MORE_TAGS], 58);
    fields.push(`${tag}=${pick([...VALUES, ...MORE_VALUES], "x")}`);
  }
  return fields.join("|");
}

/** Types of message that came back. */
const answered = new Set<string>();

async function run(seed: number): Promise<void> {
  const chance = new Random(seed);
  const { directives } = parseScript(
    `# Shows\nset reset-on-logon ${chance.below(2) === 0 ? "yes" : "no"}\nconnect\n`,
  );
  using host = openSessionHost(directives);
  const names = { beginString: "FIX.4.4", venue: "VENUE", client: "CLIENT1" };
  const id = { beginString: "FIX.4.4", senderCompId: "VENUE", targetCompId: "CLIENT1" };
  const written: string[] = [];
  let peer: ScriptPeer | undefined;
  let sequence = 1;
  for (let count = 0; count < MESSAGES; count += 1) {
    if (peer === undefined || peer.isClosed) {
      written.push(...(peer?.lines ?? []));
      peer = new ScriptPeer(host.acceptor, host.clock, names, "127.0.0.1");
      peer.send("35=A|34=1|98=0|108=30|141=Y");
      sequence = 2;
    }
    peer.send(makeLine(chance, sequence));
    sequence += 1;
    await host.settle();
    if (chance.below(4) === 0) host.clock.advanceMs(chance.below(20_000));
    if (chance.below(4) === 0) sequence = Math.max(1, sequence - 1);
  }
  host.clock.advanceMs(100_000);
  await host.settle();
  written.push(...(peer?.lines ?? []));
  expect(written).not.toContain("a garbled message");
  for (const line of written) answered.add(/^35=(.)\|/.exec(line)?.[1] ?? line);
  expect(peer?.isClosed).toBe(true);
  expect(host.acceptor.session(id)?.isLoggedOn).toBe(false);
  const failures = host.logged.join("").match(/^.*fix_session_failed.*$/gm);
  expect(failures).toBeNull();
}

describe("a session outlives what clients send", () => {
  const seeds = Array.from({ length: RUNS }, (_, index) => index + 1);
  test.each(seeds)("by chance, of seed %d", async (seed) => {
    await run(seed);
  });

  test("and gets answers of every kind", () => {
    expect([...answered].sort()).toEqual(["0", "1", "2", "3", "4", "5", "A", "D", "d", "j"]);
  });
});

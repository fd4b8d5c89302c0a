// What fails in one session, and must not fail in others; and what must not be told.

import { describe, expect, spyOn, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Log } from "../../../gateway/log.ts";
import { Acceptor, ACCEPTOR_BOUNDS } from "../../../gateway/protocols/fix/acceptor/acceptor.ts";
import type { SessionPlan } from "../../../gateway/protocols/fix/acceptor/session-directory.ts";
import { MemoryStore } from "../../../gateway/protocols/fix/session/memory-store.ts";
import { SessionCalendar } from "../../../gateway/protocols/fix/session/schedule.ts";
import type { SessionSettings } from "../../../gateway/protocols/fix/session/settings.ts";
import {
  stockVersion,
  toPlan,
} from "../../../gateway/protocols/fix/test-acceptor/test-acceptor.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { parseScript } from "./script-parser.ts";
import { ScriptPeer } from "./script-peer.ts";
import { ScriptPlayer } from "./script-player.ts";
import { openSessionHost } from "./session-host.ts";

const VERSION = stockVersion();
const LOGON = "35=A|34=1|98=0|108=30";

class Bench {
  readonly clock = new ManualClock();
  readonly logged: string[] = [];
  readonly acceptor: Acceptor;

  constructor(change: (plan: SessionPlan) => Partial<SessionPlan>) {
    const log = new Log("info", this.clock, (bytes) => {
      this.logged.push(Buffer.from(bytes).toString());
      return bytes.length;
    });
    const plan = toPlan({ senderCompId: "VENUE", targetCompIds: ["A", "B"], version: VERSION });
    this.acceptor = new Acceptor({
      plan: { ...plan, ...change(plan) },
      ...{ bounds: ACCEPTOR_BOUNDS, clock: this.clock, log },
    });
  }

  connect(client: string): ScriptPeer {
    const names = { beginString: "FIX.4.4", venue: "VENUE", client };
    return new ScriptPeer(this.acceptor, this.clock, names, "127.0.0.1");
  }

  async send(peer: ScriptPeer, line: string): Promise<void> {
    peer.send(line);
    await Promise.resolve();
    this.clock.advanceMs(0);
  }
}

class FullDisk extends MemoryStore {
  isFull = false;

  override flush(): void {
    this.#check();
  }

  override reset(nowUs: number): void {
    this.#check();
    super.reset(nowUs);
  }

  override close(): void {
    this.#check();
  }

  #check(): void {
    if (this.isFull) throw new Error("no space left");
  }
}

/** A bench whose stores are disks, by client. */
function openDisks(settings: Partial<SessionSettings> = {}) {
  const disks = new Map<string, FullDisk>();
  const bench = new Bench(({ settingsOf }) => ({
    settingsOf(id) {
      const base = settingsOf(id);
      return base === undefined ? undefined : { ...base, ...settings };
    },
    openStore(id, nowUs) {
      const disk = new FullDisk(1 << 20, nowUs);
      disks.set(id.targetCompId, disk);
      return disk;
    },
  }));
  const diskOf = (client: string): FullDisk => {
    const disk = disks.get(client);
    if (disk === undefined) throw new Error(`${client} has no store`);
    return disk;
  };
  return { bench, diskOf };
}

describe("a store that fails", () => {
  test("closes its session before what it could not keep is sent, and only that one", async () => {
    const { bench, diskOf } = openDisks();
    const [ours, other] = [bench.connect("A"), bench.connect("B")];
    await bench.send(ours, LOGON);
    await bench.send(other, LOGON);
    diskOf("A").isFull = true;
    await bench.send(ours, "35=1|34=2|112=x");
    expect(ours.lines).toEqual(["35=A|34=1|98=0|108=30"]);
    expect(ours.isClosed).toBe(true);

    const again = bench.connect("A");
    await bench.send(again, LOGON);
    expect([again.lines, again.isClosed]).toEqual([[], true]);

    await bench.send(other, "35=1|34=2|112=x");
    expect(other.lines).toEqual(["35=A|34=1|98=0|108=30", "35=0|34=2|112=x"]);
    bench.clock.advanceMs(1_000);
    expect(bench.logged.join("")).toContain(
      'event=fix_store_failed client=A error="no space left"',
    );
  });

  test("stays closed when its connection is told to be gone later", async () => {
    const { bench, diskOf } = openDisks();
    const ours = bench.connect("A");
    await bench.send(ours, LOGON);
    diskOf("A").isFull = true;
    ours.isCloseLate = true;
    await bench.send(ours, "35=1|34=2|112=x");
    ours.closeNow();
    diskOf("A").isFull = false;
    const again = bench.connect("A");
    await bench.send(again, LOGON);
    expect([again.lines, again.isClosed]).toEqual([[], true]);
  });

  test("when a session begins anew is tried again, and stops nothing", async () => {
    const startSecond = (new ManualClock().nowUs() / 1_000_000 + 2) % 86_400;
    const schedule = { every: "day", startSecond, endSecond: startSecond } as const;
    const calendar = new SessionCalendar({ ...schedule, timeZone: "UTC" });
    const { bench, diskOf } = openDisks({ calendar, isResetOnLogon: false });
    const ours = bench.connect("A");
    await bench.send(ours, LOGON);
    ours.terminate();
    diskOf("A").isFull = true;
    bench.clock.advanceMs(3_000);
    expect(diskOf("A").nextOut).toBe(2);
    diskOf("A").isFull = false;
    bench.clock.advanceMs(2_000);
    expect(diskOf("A").nextOut).toBe(1);
    expect(bench.logged.join("")).toContain("event=fix_roll_failed client=A");
  });

  test("at the end leaves no other one open", async () => {
    const { bench, diskOf } = openDisks();
    const [ours, other] = [bench.connect("A"), bench.connect("B")];
    await bench.send(ours, LOGON);
    await bench.send(other, LOGON);
    ours.terminate();
    other.terminate();
    const closed = spyOn(diskOf("B"), "close");
    diskOf("A").isFull = true;
    await bench.acceptor.stop("The end");
    expect(closed).toHaveBeenCalledTimes(1);
  });
});

test("what comes at once is taken in turns, and others have theirs in between", async () => {
  const { bench } = openDisks();
  const [ours, other] = [bench.connect("A"), bench.connect("B")];
  for (const peer of [ours, other]) await bench.send(peer, LOGON);
  const numbers = Array.from({ length: 600 }, (_, index) => index);
  const requests = numbers.map((each) => `35=1|34=${each + 2}|112=${each}`);
  ours.sendAll(requests);
  other.send("35=1|34=2|112=x");
  await Promise.resolve();
  expect([ours.lines.length, other.lines.length]).toEqual([1 + 256, 2]);
  bench.clock.advanceMs(0);
  await Promise.resolve();
  expect(ours.lines).toHaveLength(1 + 600);
  expect(ours.lines.at(-1)).toBe("35=0|34=601|112=599");
});

test("a connection that is gone before it is taken is none", async () => {
  const { bench } = openDisks();
  let isTerminated = false;
  const gone = {
    // As Bun has it of a socket that was reset while it waited.
    remoteAddress: undefined,
    write: () => -1,
    end() {},
    terminate() {
      isTerminated = true;
    },
    pause() {},
    resume() {},
  };
  expect(bench.acceptor.opened(gone, false)).toBeUndefined();
  expect([isTerminated, bench.acceptor.connectionCount]).toEqual([true, 0]);
  await bench.acceptor.stop("The end");
});

test("what waits behind a long resend is not late for it", async () => {
  const { bench } = openDisks({ isResetOnLogon: false, sendingTimeWindowMs: 5_000 });
  const ours = bench.connect("A");
  const names = { beginString: "FIX.4.4", senderCompId: "VENUE", targetCompId: "A" };
  const session = bench.acceptor.session(names);
  for (let count = 0; count < 3_000; count += 1) {
    session?.begin("B").text(148, "x".repeat(250)).integer(33, 1).text(58, "y");
    session?.send();
  }
  await bench.send(ours, LOGON);
  ours.isStalled = true;
  await bench.send(ours, "35=2|34=2|7=1|16=0");
  await bench.send(ours, "35=0|34=3");
  bench.clock.advanceMs(8_000);
  ours.isStalled = false;
  ours.drain();
  for (let turn = 0; turn < 20; turn += 1) {
    await Promise.resolve();
    bench.clock.advanceMs(0);
  }
  await bench.send(ours, "35=1|34=4|112=x");
  expect(ours.lines.length).toBeGreaterThan(2_990);
  expect(ours.lines.at(-1)).toBe("35=0|34=3002|112=x");
  bench.clock.advanceMs(5_100);
  await bench.send(ours, "35=1|34=5|112=y|52=<now-5.1s>");
  expect(ours.lines.at(-1)).toBe("35=5|34=3004");
});

describe("an application that throws", () => {
  test("ends the session it threw in, and the others go on", async () => {
    const bench = new Bench(({ application }) => ({
      application: {
        authenticate: (...logon) => application.authenticate(...logon),
        onLogon: (session) => application.onLogon(session),
        onLogout: (session, cause) => application.onLogout(session, cause),
        onMessage() {
          throw new Error("a defect");
        },
      },
    }));
    const [ours, other] = [bench.connect("A"), bench.connect("B")];
    await bench.send(ours, LOGON);
    await bench.send(other, LOGON);
    await bench.send(ours, "35=D|34=2|11=a|21=1|38=1|40=1|54=1|55=X|60=<now>");
    expect(ours.isClosed).toBe(true);
    await bench.send(other, "35=1|34=2|112=x");
    expect(other.lines.at(-1)).toBe("35=0|34=2|112=x");
    bench.clock.advanceMs(1_000);
    expect(bench.logged.join("")).toContain("event=fix_session_failed client=A");
    const again = bench.connect("A");
    await bench.send(again, LOGON);
    expect(again.lines).toEqual(["35=A|34=1|98=0|108=30"]);
  });
});

test("what a stranger or a client says is logged in short", async () => {
  const { bench } = openDisks();
  const [stranger, ours] = [bench.connect("NOBODY"), bench.connect("A")];
  await bench.send(stranger, `35=${"\0".repeat(7_000)}|34=1`);
  await bench.send(ours, LOGON);
  await bench.send(ours, `35=3|34=2|45=1|58=${"\0".repeat(7_000)}`);
  bench.clock.advanceMs(1_000);
  const lines = bench.logged.join("").split("\n");
  expect(lines.filter((line) => line.includes("fix_stranger"))).toHaveLength(1);
  expect(lines.filter((line) => line.includes("fix_rejected_by_client"))).toHaveLength(1);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(2_000);
});

test("credentials are neither logged nor stored", async () => {
  const lines = [
    ...["# Shows", "store file", "password open-sesame", "connect"],
    "I35=A|34=1|98=0|108=30|553=somebody|554=open-barley",
    "E35=5|34=1|58=Unknown key or wrong secret",
    ...["closed", "connect", "I35=A|34=1|98=0|108=30|553=somebody|554=open-sesame"],
    ...["E35=A|34=1|98=0|108=30", "I35=A|34=1|98=0|108=30|141=Y|554=open-sesame"],
    "E35=A|34=1|98=0|108=30|141=Y",
  ];
  const script = parseScript(lines.join("\n"));
  using host = openSessionHost(script.directives);
  await new ScriptPlayer(host).play(script);
  host.clock.advanceMs(1_000);
  const files = readdirSync(host.directory).map((name) =>
    readFileSync(join(host.directory, name), "latin1"),
  );
  const kept = [...files, ...host.logged].join("");
  expect(kept).toContain("fix_logon");
  expect(kept).toContain("CLIENT1");
  expect(kept).not.toContain("open-");
});

// A disk without space: first only what lowers risk is accepted, then nothing, and all again when
// space returns. Nothing acknowledged is lost on the way, nothing is corrupt after it.
//
// Played on a library that lets no file grow, and on a small file system where mounting is allowed.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/deadline.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { sendUntilAdmitted } from "./audit.ts";
import { cancelling, type NewOrder, placing } from "./commands.ts";
import { MachineShim } from "./machine-shim.ts";
import { Trial, type TrialOptions } from "./trial.ts";

const TEST_MS_MAX = 120_000;
/** The next segment is tried again every second. */
const RETURN_MS_MAX = 10_000;

/** A disk that can be full. */
interface SmallDisk {
  readonly options: Partial<TrialOptions>;
  fill(): void;
  free(): void;
  remove(): void;
}

function makeShimmedDisk(): SmallDisk {
  const shim = new MachineShim();
  return {
    options: { environment: shim.environment },
    fill: () => shim.set("full"),
    free: () => shim.clear("full"),
    remove: () => undefined,
  };
}

const DISK_BYTES = 4 << 20;

/** A file system of its own, or nothing where this process may not mount one. */
function mountDisk(): SmallDisk | undefined {
  const directory = makeDirectory();
  const mount = ["mount", "-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", directory];
  if (Bun.which("mount") === null || Bun.spawnSync(mount).exitCode !== 0) return undefined;
  const ballast = join(directory, "ballast");
  return {
    options: { dataDirectory: join(directory, "venue") },
    fill: () => fillUp(ballast),
    free: () => rmSync(ballast),
    remove: () => Bun.spawnSync(["umount", "-l", directory]),
  };
}

/** Writes until there is no space, down to the last byte. */
function fillUp(path: string): void {
  for (let bytes = DISK_BYTES; bytes >= 1; bytes >>= 1) {
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(bytes), { flag: "a" });
      } catch {
        break;
      }
    }
  }
}

const mounted = mountDisk();
const DISKS: readonly (readonly [string, SmallDisk])[] = [
  ["where no file grows", makeShimmedDisk()],
  ...(mounted === undefined ? [] : [["of its own", mounted] as const]),
];

afterAll(() => {
  for (const [, disk] of DISKS) disk.remove();
  removeDirectories();
});

describe.each(DISKS)("a disk %s", (_name, disk) => {
  let trial: Trial;

  beforeAll(async () => {
    trial = await Trial.begin({ durability: "fsync", seed: 1, ...disk.options });
    await trial.underLoad(() => trial.pause(100));
    // It may wait for the next segment, which must be there before there is no room.
    await until(RETURN_MS_MAX, "ready", async () => (await look("/health/ready")).status === 200);
  }, TEST_MS_MAX);

  afterAll(() => trial.venue.kill());

  /** Status and problem name of a call without a key. */
  async function look(path: string): Promise<{ status: number; name: string }> {
    const answer = await trial.market.operator.ask("GET", path);
    if (answer === undefined) throw new Error(`${path}: no answer`);
    const { status, body } = answer;
    return { status, name: body.has("name") ? body.text("name") : "" };
  }

  /** Sends one order. Returns its status and the name of its refusal. */
  async function order(id: string): Promise<string> {
    const [trader] = trial.market.traders;
    if (trader === undefined) throw new Error("no trader");
    const body: NewOrder = {
      ...({ symbol: "ETH-EUR", side: "BUY", type: "LIMIT" } as const),
      ...{ price: "15", quantity: "1", client_order_id: id },
    };
    const attempt = placing(trial.witness, trader, body);
    const answer = await attempt.send();
    if (answer === undefined) throw new Error("no answer");
    trial.witness.note(answer.body);
    attempt.settle([answer]);
    return answer.body.has("name") ? answer.body.text("name") : "";
  }

  /** Sends orders until the venue takes only what lowers risk. */
  async function fillJournal(name: string): Promise<void> {
    let count = 0;
    await until(TEST_MS_MAX, "orders are refused", async () => {
      count += 1;
      return (await order(`${name}-${count}`)) === "venue_cancel_only";
    });
  }

  async function mode(): Promise<string> {
    return (await trial.market.operator.need("GET", "/api/v1/admin/status")).text("mode");
  }

  test(
    "has no room for the next segment: what lowers risk is accepted, the rest is not",
    async () => {
      expect(await order("before")).toBe("");
      disk.fill();
      await fillJournal("fill");
      expect(await mode()).toBe("cancel_only");
      const [trader] = trial.market.traders;
      const mine = await trader?.client.need("GET", "/api/v1/trading/orders?limit=1");
      const orderId = mine?.list("orders")[0]?.count("order_id") ?? 0;
      if (trader === undefined) throw new Error("no trader");
      const attempt = cancelling(trial.witness, trader, orderId);
      const answer = await sendUntilAdmitted(attempt);
      expect(answer.status).toBe(200);
      attempt.settle([answer]);
    },
    TEST_MS_MAX,
  );

  test("is told by readiness and status, while the process lives", async () => {
    expect(await look("/health/ready")).toEqual({ status: 503, name: "core_unavailable" });
    expect((await look("/health/live")).status).toBe(200);
    const status = await trial.market.operator.need("GET", "/api/v1/admin/status");
    expect(status.text("fault")).toBe("journal_space_low");
  });

  test(
    "has no room in the last segment either: nothing is accepted, questions are answered",
    async () => {
      const [trader] = trial.market.traders;
      await until(TEST_MS_MAX, "cancels are refused", async () => {
        // Of an order that never was: refused by the engine, and a command all the same.
        const answer = await trader?.client.ask("DELETE", "/api/v1/trading/orders/1");
        return answer?.body.text("name") === "journal_full";
      });
      expect(await mode()).toBe("refuse");
      expect(await order("full")).toBe("journal_full");
      expect((await look("/api/v1/data/market/ETH-EUR")).status).toBe(200);
      expect((await look("/health/ready")).status).toBe(503);
    },
    TEST_MS_MAX,
  );

  test(
    "has space again: all is accepted, and nothing is missing",
    async () => {
      disk.free();
      await until(RETURN_MS_MAX, "ready", async () => (await look("/health/ready")).status === 200);
      expect(await order("after")).toBe("");
      await trial.underLoad(() => trial.pause(100));
      await trial.check();
    },
    TEST_MS_MAX,
  );

  test(
    "is full at a start: refused in one sentence, and good again with space",
    async () => {
      disk.fill();
      await fillJournal("refill");
      await trial.venue.kill();
      const next = trial.launch();
      expect(await next.ended).toBe(1);
      expect(next.log).toMatch(/^openbell: .*[Nn]o space left on device.*$/m);
      expect(next.log).not.toContain("    at ");
      disk.free();
      expect(trial.replayCopy().problems).toEqual([]);
      const { sequence } = await trial.restart();
      expect(sequence).toBeGreaterThanOrEqual(trial.witness.shownSequence);
      await trial.check();
    },
    TEST_MS_MAX,
  );
});

// The operator's commands as typed, against the real venue, and what a start that cannot be says.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync, sign } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BinaryClient } from "../support/binary-client.ts";
import { FixSocketClient } from "../support/fix-socket-client.ts";
import { until } from "../support/deadline.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../support/venue-process.ts";

const ROOT = join(import.meta.dir, "../..");
const TEST_MS_MAX = 60_000;

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Types `openbell …`. */
async function openbell(...args: string[]): Promise<Outcome> {
  const child = Bun.spawn([process.execPath, join(ROOT, "gateway/main.ts"), ...args], {
    cwd: makeDirectory(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, output, errors };
}

afterAll(removeDirectories);

describe("a running venue", () => {
  let venue: VenueProcess;

  beforeAll(async () => {
    venue = await VenueProcess.start();
  }, TEST_MS_MAX);

  afterAll(() => venue.kill());

  /** Types a command for this venue. */
  function operate(...args: string[]): Promise<Outcome> {
    return openbell(...args, `--data-directory=${venue.dataDirectory}`);
  }

  /** What a command prints behind `name`. */
  function valueOf({ output }: Outcome, name: string): string {
    return new RegExp(`^${name} +(.*)$`, "m").exec(output)?.[1] ?? "";
  }

  test(
    "an operator builds a market and a client trades in it",
    async () => {
      const commands = [
        ["currency", "add", "BTC", "--scale=9"],
        ["currency", "add", "USDT", "--scale=8"],
        [
          ...["instrument", "add", "BTC-USDT", "--base=BTC", "--quote=USDT", "--tick=0.01"],
          ...["--lot=0.00001", "--maker-rate=-0.0001", "--taker-rate=0.0005"],
          ...["--reference-price=50000", "--band=0.1"],
        ],
        ["instrument", "open", "BTC-USDT"],
        ["account", "create", "desk-7"],
      ];
      for (const command of commands) expect(await operate(...command)).toMatchObject({ code: 0 });
      const account = "3";
      const accounts = (await operate("account", "list")).output;
      expect(accounts).toMatch(
        /^  account_id  name      state$\n^  1           fees      active$/m,
      );
      expect(accounts).toMatch(/^  3           desk-7    active$/m);
      expect(await operate("deposit", account, "USDT", "1000.5")).toMatchObject({ code: 0 });
      const key = await operate(
        "key",
        "create",
        account,
        "--permissions=read,trade",
        "--label=desk",
      );
      expect(key.code).toBe(0);

      const order = {
        symbol: "BTC-USDT",
        side: "BUY",
        type: "LIMIT",
        price: "50000",
        quantity: "0.01",
      };
      const reply = await venue.fetch(
        "POST",
        "/api/v1/trading/orders",
        order,
        valueOf(key, "token"),
      );
      expect(await reply.json()).toMatchObject({ status_name: "pending" });

      expect(await operate("instrument", "halt", "BTC-USDT")).toMatchObject({ code: 0 });
      expect((await operate("key", "list")).output).toContain(valueOf(key, "key_id"));
      expect(await operate("key", "revoke", valueOf(key, "key_id"))).toMatchObject({ code: 0 });
      const refused = await venue.fetch(
        "GET",
        "/api/v1/trading/orders",
        undefined,
        valueOf(key, "token"),
      );
      expect(refused.status).toBe(401);
    },
    TEST_MS_MAX,
  );

  test(
    "an operator sees the session names of the binary port, and frees one",
    async () => {
      const key = await operate("key", "create", "1", "--permissions=read");
      using client = await BinaryClient.logIn(
        { port: venue.binaryPort },
        { token: valueOf(key, "token"), session: "mm.7" },
      );
      const listed = await operate("binary-session", "list");
      expect(listed.output).toMatch(/^ {2}1 +mm\.7 .* true$/m);
      const gone = await operate("binary-session", "delete", "1", "mm.7");
      expect([gone.code, valueOf(gone, "deleted")]).toEqual([0, "true"]);
      await client.closed;
      expect((await operate("binary-session", "list")).output).not.toContain("mm.7");
      expect((await operate("binary-session", "delete", "1", "mm.7")).code).toBe(1);
      expect((await operate("binary-session", "delete", "x", "mm.7")).code).toBe(1);
    },
    TEST_MS_MAX,
  );

  test(
    "an operator lets a FIX client in that signs, and puts it out",
    async () => {
      expect(await operate("account", "create", "signer")).toMatchObject({ code: 0 });
      const account = /^ {2}(\d+) +signer /m.exec((await operate("account", "list")).output)?.[1];
      const { publicKey, privateKey } = generateKeyPairSync("ed25519");
      const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
      const own = ["--permissions=trade", `--public-key=${pem}`];
      const key = await operate("key", "create", account ?? "", ...own);
      expect(key.output.trim()).toMatch(/^key_id +[0-9a-f]{16}$/);
      const keyId = valueOf(key, "key_id");
      const options = ["--kind=order_entry", `--key-id=${keyId}`, "--timestamp-digits=6"];
      const made = await operate("fix-session", "create", "DESK7", ...options);
      expect(made).toMatchObject({ code: 0 });
      expect(valueOf(made, "venue_comp_id")).toBe("OPENBELL");
      expect((await operate("fix-session", "list")).output).toContain("DESK7");
      const address = `127.0.0.1:${venue.fixPort}`;
      using client = await FixSocketClient.connect({ address, compId: "DESK7" });
      client.sendSigned(
        "A",
        [
          [98, 0],
          [108, 30],
        ],
        (payload) => {
          const signature = sign(null, payload, privateKey).toString("base64");
          return [
            [95, signature.length],
            [96, signature],
            [553, keyId],
          ];
        },
      );
      expect(await client.next()).toBe("35=A|98=0|108=30");
      expect(await operate("fix-session", "delete", "DESK7")).toMatchObject({ code: 0 });
      expect(await client.next()).toBe("35=5|58=Session was removed");
      const bad = await operate(
        "fix-session",
        "create",
        "DESK7",
        ...options,
        "--cancel-on-logout=x",
      );
      expect(bad).toMatchObject({ code: 1 });
      expect(bad.errors).toContain("cancel_on_logout");
    },
    TEST_MS_MAX,
  );

  test(
    "a deposit with the same request id counts once",
    async () => {
      await operate("currency", "add", "EUR", "--scale=2");
      await operate("account", "create", "desk-8");
      const deposit = ["deposit", "4", "EUR", "7.00", "--request-id=wire-1"];
      expect(valueOf(await operate(...deposit), "duplicate")).toBe("false");
      expect(valueOf(await operate(...deposit), "duplicate")).toBe("true");
    },
    TEST_MS_MAX,
  );

  test(
    "status, snapshot and clock confirm answer",
    async () => {
      expect(valueOf(await operate("status"), "mode")).toBe("open");
      expect(await operate("snapshot")).toMatchObject({ code: 0 });
      expect(await operate("clock", "confirm")).toMatchObject({ code: 0 });
    },
    TEST_MS_MAX,
  );

  test(
    "a refusal is one sentence with the code's name",
    async () => {
      const outcome = await operate("instrument", "open", "NO-SUCH");
      expect(outcome).toMatchObject({ code: 1, output: "" });
      expect(outcome.errors).toContain("refused with status 404: instrument_not_found");
    },
    TEST_MS_MAX,
  );

  test(
    "a wrong key is refused",
    async () => {
      const outcome = await operate("status", "--key=ob_1_2");
      expect(outcome.code).toBe(1);
      expect(outcome.errors).toContain("credentials_invalid");
    },
    TEST_MS_MAX,
  );

  test(
    "a second venue on the directory is refused, naming the process that has it",
    async () => {
      const outcome = await operate("start", "--profile=test");
      expect(outcome.code).toBe(1);
      expect(outcome.errors).toContain(String(venue.pid));
    },
    TEST_MS_MAX,
  );

  test.each(["http_port", "metrics_port", "fix_port", "fix_market_data_port", "binary_port"])(
    "a second venue on %s is told what to change, and the first goes on",
    async (setting) => {
      const flag = `--${setting.replaceAll("_", "-")}`;
      const metrics = /http:\/\/[\d.]+:(\d+)\/metrics/.exec(venue.output + venue.log)?.[1];
      const port = {
        http_port: new URL(venue.url).port,
        metrics_port: metrics,
        fix_port: venue.fixPort,
        fix_market_data_port: venue.fixMarketDataPort,
        binary_port: venue.binaryPort,
      }[setting];
      const directory = makeDirectory();
      const args = ["--profile=test", `${flag}=${port}`, `--data-directory=${directory}`];
      const outcome = await openbell("start", ...args);
      expect(outcome.code).toBe(1);
      expect(outcome.errors).toContain(`port ${port} is in use: stop what listens there, or`);
      expect(outcome.errors).toContain(`${flag} 0`);
      expect(existsSync(join(directory, "address"))).toBe(false);
      // A disk that others use may stall for a second, which ends readiness.
      await until(10_000, "the first is ready", async () => {
        return (await venue.fetch("GET", "/health/ready")).status === 200;
      });
    },
    TEST_MS_MAX,
  );

  test("keys and address are for the owner alone", () => {
    for (const name of ["operator-key", "keys.sqlite", "address"]) {
      expect(statSync(join(venue.dataDirectory, name)).mode & 0o077).toBe(0);
    }
  });
});

describe("a directory without a running venue", () => {
  test(
    "init makes a venue once and prints its admin key",
    async () => {
      const directory = `--data-directory=${join(makeDirectory(), "venue")}`;
      const first = await openbell("init", directory);
      expect(first.code).toBe(0);
      expect(first.output).toMatch(/^ob_[0-9a-f]{16}_[0-9a-f]{64}$/m);
      const second = await openbell("init", directory);
      expect(second).toMatchObject({ code: 1, output: "" });
      expect(second.errors).toContain("is initialised already");
    },
    TEST_MS_MAX,
  );

  test(
    "init makes another admin key when the keys are gone",
    async () => {
      const path = join(makeDirectory(), "venue");
      const directory = `--data-directory=${path}`;
      const first = await openbell("init", directory);
      rmSync(join(path, "keys.sqlite"));
      const second = await openbell("init", directory);
      expect(second.code).toBe(0);
      expect(second.output).not.toBe(first.output);
    },
    TEST_MS_MAX,
  );

  test(
    "the default profile starts no venue that init did not make",
    async () => {
      const directory = makeDirectory();
      const outcome = await openbell("start", `--data-directory=${directory}`);
      expect(outcome.code).toBe(1);
      expect(outcome.errors).toContain("holds no venue: run `openbell init` first");
    },
    TEST_MS_MAX,
  );

  test(
    "a venue whose journal is gone does not become an empty one",
    async () => {
      const directory = makeDirectory();
      await openbell("init", `--data-directory=${directory}`);
      rmSync(join(directory, "journal"), { recursive: true });
      const outcome = await openbell("start", "--profile=test", `--data-directory=${directory}`);
      expect(outcome.code).toBe(1);
      expect(outcome.errors).toContain("is gone: restore the directory journal from a backup");
    },
    TEST_MS_MAX,
  );

  test(
    "a directory that cannot be written is told so",
    async () => {
      const directory = join(makeDirectory(), "file");
      writeFileSync(directory, "in the way");
      const outcome = await openbell("start", "--profile=test", `--data-directory=${directory}`);
      expect(outcome.code).toBe(1);
      expect(outcome.errors).toContain("cannot write to the data directory");
    },
    TEST_MS_MAX,
  );

  test(
    "verify finds a sound journal, dump shows its commands, and damage is told",
    async () => {
      const venue = await VenueProcess.start();
      const directory = `--data-directory=${venue.dataDirectory}`;
      await openbell("currency", "add", "EUR", "--scale=2", directory);
      await venue.kill();
      const verified = await openbell("journal", "verify", directory);
      expect(verified.code).toBe(0);
      expect(verified.output).toMatch(/^problems +0$/m);
      const dumped = await openbell("journal", "dump", directory);
      expect(dumped.code).toBe(0);
      expect(dumped.output).toMatch(/^ +\d+ CreateCurrency .*text=EUR$/m);

      const journal = join(venue.dataDirectory, "journal");
      for (const name of readdirSync(journal)) writeFileSync(join(journal, name), "damaged");
      const damaged = await openbell("journal", "verify", directory);
      expect(damaged.code).toBe(1);
      expect(damaged.errors).toContain("journal_");
    },
    TEST_MS_MAX,
  );

  test(
    "a key file that cannot be read is told so",
    async () => {
      const directory = makeDirectory();
      mkdirSync(join(directory, "operator-key"));
      const outcome = await openbell("status", `--data-directory=${directory}`);
      expect(outcome.code).toBe(1);
      expect(outcome.errors).toMatch(/^openbell: disk_operation_failed: cannot read .*\n$/);
    },
    TEST_MS_MAX,
  );

  test(
    "a command without a venue exits with 3 and says how to start one",
    async () => {
      const directory = makeDirectory();
      await openbell("init", `--data-directory=${directory}`);
      const args = ["--http-port=1", `--data-directory=${directory}`];
      const outcome = await openbell("status", ...args);
      expect(outcome.code).toBe(3);
      expect(outcome.errors).toContain("no venue answers at http://127.0.0.1:1: start it with");
    },
    TEST_MS_MAX,
  );

  test.each([
    [["frobnicate"], "no command frobnicate"],
    [["key", "create", "3"], "usage: openbell key create <account id> --permissions"],
    [["deposit", "3"], "usage: openbell deposit <account id> <currency> <amount>"],
    [["status", "--http-prt=1"], "http_prt (flag --http-prt): no such setting"],
    [["start", "--http-port=99999"], "http_port = 99999 (flag --http-port): must be 0 to 65535"],
    [["start", "--config=gone.yaml"], "no configuration file gone.yaml"],
    [["start", "--config=."], "cannot read .: "],
  ])(
    "%j is wrong usage: exit code 2",
    async (args, message) => {
      const outcome = await openbell(...args);
      expect(outcome.errors).toContain(message);
      expect(outcome.code).toBe(2);
    },
    TEST_MS_MAX,
  );

  test(
    "the help names every command",
    async () => {
      const { output, code } = await openbell("--help");
      expect(code).toBe(0);
      for (const name of ["start", "init", "status", "key create", "journal verify", "snapshot"]) {
        expect(output).toContain(`  ${name}`);
      }
    },
    TEST_MS_MAX,
  );
});

// The acceptor on real sockets: TLS, a resend beside another client, the command.

import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../../gateway/clock.ts";
import { Log } from "../../../gateway/log.ts";
import { Acceptor, ACCEPTOR_BOUNDS } from "../../../gateway/protocols/fix/acceptor/acceptor.ts";
import { listen, type ListenerOptions } from "../../../gateway/sessions/byte-listener.ts";
import { MemoryStore } from "../../../gateway/protocols/fix/session/memory-store.ts";
import { VENUE_SETTINGS } from "../../../gateway/protocols/fix/session/settings.ts";
import {
  stockVersion,
  toPlan,
} from "../../../gateway/protocols/fix/test-acceptor/test-acceptor.ts";
import { until, within } from "../../support/deadline.ts";
import { TLS_CERTIFICATE, TLS_KEY } from "../../support/tls-identity.ts";
import { SocketClient } from "./socket-client.ts";

const ROOT = join(import.meta.dir, "../../..");
const VERSION = stockVersion();

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

/** An echo with numbers that live on. */
function start(tls?: ListenerOptions["tls"]): { acceptor: Acceptor; port: number } {
  const log = new Log("error", systemClock);
  const base = toPlan({
    senderCompId: "VENUE",
    targetCompIds: ["A", "B"],
    version: VERSION,
  });
  const settings = { ...VENUE_SETTINGS, sendingTimeWindowMs: 120_000 };
  const plan = {
    ...base,
    settingsOf: (id: Parameters<typeof base.settingsOf>[0]) =>
      base.settingsOf(id) === undefined ? undefined : settings,
    openStore: (_: unknown, nowUs: number) => new MemoryStore(64 << 20, nowUs),
  };
  const acceptor = new Acceptor({ plan, bounds: ACCEPTOR_BOUNDS, clock: systemClock, log });
  const listener = listen(acceptor, {
    ...{ host: "127.0.0.1", port: 0 },
    ...(tls === undefined ? {} : { tls }),
  });
  stop = async () => {
    listener.stop();
    await acceptor.stop("The test is over");
  };
  return { acceptor, port: listener.port };
}

/** Sends what A has missed: `count` messages of some 250 bytes. */
function sendOffline(acceptor: Acceptor, count: number): void {
  const id = { beginString: "FIX.4.4", senderCompId: "VENUE", targetCompId: "A" };
  const session = acceptor.session(id);
  if (session === undefined) throw new Error("A is known");
  for (let sequence = 1; sequence <= count; sequence += 1) {
    session.begin("B").text(148, `${sequence}`).integer(33, 1).text(58, "x".repeat(150));
    session.send();
  }
}

describe("TLS", () => {
  test("carries a session", async () => {
    const { port } = start({ certificate: TLS_CERTIFICATE, key: TLS_KEY });
    using client = await SocketClient.connect(port, "A", { isTls: true });
    client.send("35=A|34=1|98=0|108=30");
    await client.until("A 1");
    client.send("35=1|34=2|112=x");
    await client.until("0 2");
    client.send("35=5|34=3");
    await client.until("5 3");
    await client.untilClosed();
  });

  test("is not spoken in clear", async () => {
    const { port } = start({ certificate: TLS_CERTIFICATE, key: TLS_KEY });
    using client = await SocketClient.connect(port, "A");
    client.send("35=A|34=1|98=0|108=30");
    await client.untilClosed();
    expect(client.heard.filter((each) => each.startsWith("A"))).toEqual([]);
  });
});

describe("a resend of 50,000 messages", () => {
  const COUNT = 50_000;

  test("comes whole and in order, and another client is answered meanwhile", async () => {
    const { acceptor, port } = start();
    sendOffline(acceptor, COUNT);
    let next = 1;
    let wrong: string | undefined;
    using behind = await SocketClient.connect(port, "A", {
      hear(message) {
        if (message.msgType !== "B") return;
        if (message.integer(34) !== next || !message.is(43, "Y")) wrong ??= `${next}`;
        next += 1;
      },
    });
    let answered = 0;
    using other = await SocketClient.connect(port, "B", {
      hear(message) {
        if (message.msgType === "0") answered += 1;
      },
    });
    other.send("35=A|34=1|98=0|108=30");
    await other.until("A 1");
    behind.send("35=A|34=1|98=0|108=30");
    await behind.until(`A ${COUNT + 1}`);
    behind.send("35=2|34=2|7=1|16=0");
    let asked = 1;
    let answeredBefore = 0;
    while (next <= COUNT) {
      asked += 1;
      other.send(`35=1|34=${asked}|112=x`);
      await until(10_000, "an answer", () => answered >= asked - 1);
      if (next <= COUNT) answeredBefore += 1;
    }
    await behind.until(`4 ${COUNT + 1}`);
    expect(wrong).toBeUndefined();
    expect(answeredBefore).toBeGreaterThan(10);
  }, 60_000);

  test("waits for a client that does not read, and what is sent meanwhile follows it", async () => {
    const { acceptor, port } = start();
    sendOffline(acceptor, COUNT);
    const numbers: number[] = [];
    const isRepeat: boolean[] = [];
    using client = await SocketClient.connect(port, "A", {
      hear(message) {
        if (message.msgType !== "B") return;
        numbers.push(message.integer(34) ?? 0);
        isRepeat.push(message.is(43, "Y"));
      },
    });
    client.send("35=A|34=1|98=0|108=30");
    await client.until(`A ${COUNT + 1}`);
    client.pause();
    client.send("35=2|34=2|7=1|16=0");
    const id = { beginString: "FIX.4.4", senderCompId: "VENUE", targetCompId: "A" };
    await until(10_000, "a full socket", () => acceptor.session(id)?.isCongested);
    sendOffline(acceptor, 10);
    client.resume();
    await until(30_000, "all of them", () => numbers.length >= COUNT + 10);
    const wanted = Array.from({ length: COUNT }, (_, index) => index + 1);
    const late = Array.from({ length: 10 }, (_, index) => COUNT + 2 + index);
    expect(numbers).toEqual([...wanted, ...late]);
    expect(isRepeat.lastIndexOf(true)).toBe(COUNT - 1);
    client.send("35=1|34=3|112=x");
    await client.until(`0 ${COUNT + 12}`);
  }, 60_000);
});

describe("openbell fix-acceptor", () => {
  function spawn(...args: string[]) {
    return Bun.spawn([process.execPath, "gateway/main.ts", "fix-acceptor", ...args], {
      ...{ cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] },
    });
  }

  async function readLine(stream: ReadableStream<Uint8Array>): Promise<string> {
    let text = "";
    for await (const chunk of stream) {
      text += Buffer.from(chunk).toString();
      if (text.includes("\n")) break;
    }
    return text;
  }

  test("says where it listens, echoes, and ends on SIGTERM", async () => {
    const child = spawn("--port", "0", "--sender", "VENUE", "--target", "A,B");
    const line = await within(20_000, "a line", readLine(child.stdout));
    const port = Number(/^fix-acceptor VENUE listens on 127\.0\.0\.1:(\d+)\n$/.exec(line)?.[1]);
    using client = await SocketClient.connect(port, "B");
    client.send("35=A|34=1|98=0|108=30");
    await client.until("A 1");
    client.send("35=D|34=2|11=a|21=1|40=1|54=1|55=X|60=<now>");
    await client.until("D 2");
    client.send("35=5|34=3");
    await client.untilClosed();
    child.kill("SIGTERM");
    expect(await within(10_000, "the end", child.exited)).toBe(0);
  });

  test.each<[string, readonly string[], string]>([
    ["no port", ["--sender", "V", "--target", "A"], "usage: openbell fix-acceptor"],
    ["a bad port", ["--port", "x", "--sender", "V", "--target", "A"], "--port x is no port"],
    ["a bad name", ["--port", "0", "--sender", "V V", "--target", "A"], '"V V" is no CompID'],
    [
      "a version without its dictionary",
      ["--port", "0", "--sender", "V", "--target", "A", "--begin-string", "FIX.4.2"],
      "FIX.4.2 needs a --dictionary of its own; this one is FIX.4.4",
    ],
  ])("refuses %s", async (_, args, message) => {
    const child = spawn(...args);
    const text = await within(20_000, "its end", new Response(child.stderr).text());
    expect(text).toContain(message);
    expect(await child.exited).toBe(2);
  });
});

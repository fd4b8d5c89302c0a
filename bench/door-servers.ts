// What the loads of the layers "fix" and "binary" are put on: the venue, and two servers that look
// at nothing; over FIX QuickFIX/J, too.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildEngine, jarsOf, missingProgram } from "../test/engines/engine.ts";
import { VenueProcess } from "../test/support/venue-process.ts";
import type { Bench } from "./bench.ts";
import type { LoadTarget } from "./client-load.ts";
import { toMeasured } from "./processes.ts";

/** Each with an account of its own. */
export const SESSIONS = 64;
/** No limit of the door is met. */
const RATE = "1000000";
const BURST = "10000000";
const FLAGS = {
  ...{ "log-level": "error", "fix-store-sync": "none", "fix-connections-max-per-address": "256" },
  ...{ "requests-per-second-per-key": RATE, "requests-burst-per-key": BURST },
};
/** Of one QuickFIX/J: what it keeps of 100,000 reports, and room. */
const JAVA_MEMORY = "-Xmx1g";
/** Of an open loop: an order that rests, or a cancel, as in the closed ones. */
const OPEN_LOAD: Pick<LoadTarget, "mix" | "terms"> = {
  mix: { limit: 50, take: 0, cancel: 50, replace: 0 },
  terms: {
    ...{ symbol: "BASE-QUOTE", instrument: 1, price: "10", quantity: "1" },
    ...{ side: "buy", ticks: 1_000, lots: 100_000 },
  },
};

/** Something that answers requests. */
export interface DoorServer {
  readonly name: string;
  readonly durability: string;
  readonly port: number;
  readonly pid: number;
  /** Its first thread takes requests and answers them. */
  readonly isOneThread: boolean;
  /** What the load in C is told of it. */
  readonly options: readonly string[];
  /** What the load's generator needs of it. */
  readonly load: LoadTarget;
  stop(): Promise<unknown>;
}

/** A venue, which has another door beside. */
export interface VenueServer extends DoorServer {
  readonly binaryPort: number;
}

/** What a venue is copied from, so that each start finds the same. */
export interface VenueTemplate {
  readonly directory: string;
  /** Lines `<CompID> <user> <password>`. */
  readonly logons: string;
}

/**
 * A venue with one instrument, and a funded account for each client; `isFix`: with a registered FIX
 * session, which is told of all orders of its account, whatever door they came by.
 */
export async function makeTemplate(bench: Bench, isFix: boolean): Promise<VenueTemplate> {
  const directory = join(bench.dataDirectory, "venues", "door-template");
  mkdirSync(directory, { recursive: true });
  const flags = { ...FLAGS, durability: "none" };
  const venue = await VenueProcess.start({ dataDirectory: directory, flags });
  try {
    const logons = join(bench.dataDirectory, "venues", "door-logons");
    writeFileSync(logons, (await register(venue, isFix)).join("\n"));
    return { directory, logons };
  } finally {
    await venue.stop();
  }
}

function toCompId(client: number): string {
  return `CLIENT${`${client}`.padStart(2, "0")}`;
}

async function register(venue: VenueProcess, isFix: boolean): Promise<string[]> {
  const call = async (method: string, path: string, body: object) => {
    const response = await venue.fetch(method, `/api/v1${path}`, body);
    if (!response.ok) throw new Error(`fix: ${path}: ${await response.text()}`);
    return toMeasured(await response.json());
  };
  for (const code of ["BASE", "QUOTE"]) await call("POST", "/admin/currencies", { code, scale: 8 });
  await call("POST", "/admin/instruments", {
    ...{ symbol: "BASE-QUOTE", base_currency: "BASE", quote_currency: "QUOTE" },
    ...{ tick_size: "0.01", lot_size: "0.00001" },
  });
  await call("PUT", "/admin/instruments/BASE-QUOTE/state", { state: "open" });
  const accounts: [name: string, id: unknown][] = [];
  for (let client = 1; client <= SESSIONS; client += 1) {
    const name = toCompId(client);
    accounts.push([name, (await call("POST", "/admin/accounts", { name }))["id"]]);
  }
  const equip = async ([name, id]: (typeof accounts)[number]): Promise<string> => {
    const funds = { request_id: name, currency: "QUOTE", amount: "1000000" };
    await call("POST", `/accounts/${Number(id)}/deposits`, funds);
    const key = { account: Number(id), permissions: ["read", "trade"] };
    const { token } = await call("POST", "/admin/keys", key);
    const [, user = "", password = ""] = String(token).split("_");
    const session = { comp_id: name, key_id: user, kind: "order_entry" };
    if (isFix) await call("POST", "/admin/fix-sessions", session);
    return `${name} ${user} ${password}`;
  };
  return Promise.all(accounts.map(equip));
}

/** A venue of its own on a copy of the template, which goes with it. */
export async function startVenue(
  bench: Bench,
  { directory, logons }: VenueTemplate,
  durability: string,
): Promise<VenueServer> {
  const dataDirectory = join(bench.dataDirectory, "venues", `door-${durability}`);
  cpSync(directory, dataDirectory, { recursive: true });
  const venue = await VenueProcess.start({ dataDirectory, flags: { ...FLAGS, durability } });
  return {
    ...{ name: "venue", durability, port: venue.fixPort, pid: venue.pid },
    ...{ isOneThread: true, options: [`logons=${logons}`] },
    load: { ...OPEN_LOAD, protocol: "fix", port: venue.fixPort, credentials: readLogons(logons) },
    binaryPort: venue.binaryPort,
    async stop() {
      await venue.kill();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** As the generator wants them: of all sessions. */
export function readLogons(path: string): { compId: string; token: string }[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.map((line) => {
    const [compId = "", user = "", password = ""] = line.split(" ");
    return { compId, token: `ob_${user}_${password}` };
  });
}

/** Compiles the programs in C. Errors: throws when the compiler fails. */
export async function buildPrograms(bench: Bench): Promise<void> {
  const load = ["closed-load", "closed-load-socket"];
  const sources = {
    "fix-load": [...load, "fix-session"],
    "binary-load": [...load, "binary-session"],
    "fixed-echo": ["fixed-echo"],
  };
  for (const [program, names] of Object.entries(sources)) {
    const files = names.map((name) => bench.script(`${name}.c`));
    const target = join(bench.dataDirectory, program);
    await bench.run(["cc", "-std=gnu11", "-O3", "-o", target, ...files, "-lpthread", "-lm"]);
  }
}

/** How long a request and its reply are. */
export interface MessageSizes {
  readonly request: number;
  readonly reply: number;
}

export function startEcho(bench: Bench, sizes: MessageSizes): Promise<DoorServer> {
  return startEchoOf("C epoll echo", [join(bench.dataDirectory, "fixed-echo")], sizes);
}

export function startBareListener(bench: Bench, sizes: MessageSizes): Promise<DoorServer> {
  const command = [process.execPath, bench.script("fixed-echo.ts")];
  return startEchoOf("Bun.listen echo", command, sizes);
}

async function startEchoOf(
  name: string,
  command: readonly string[],
  { request, reply }: MessageSizes,
): Promise<DoorServer> {
  const { port, pid, stop } = await start([...command, `${request}`, `${reply}`]);
  const options = [`request_bytes=${request}`, `reply_bytes=${reply}`];
  const nobody = { token: "", compId: "" };
  const load: LoadTarget = {
    ...{ ...OPEN_LOAD, protocol: "echo" as const, requestBytes: request, replyBytes: reply, port },
    credentials: Array.from({ length: SESSIONS }, () => nobody),
  };
  return { name, durability: "-", port, pid, isOneThread: true, options, load, stop };
}

/** Fetches and compiles QuickFIX/J. False, with a word about it: its tool chain is not there. */
export async function buildPeer(bench: Bench): Promise<boolean> {
  const missing = missingProgram("quickfixj");
  if (missing !== undefined) {
    bench.leaveOut(`fix: QuickFIX/J, which needs ${missing}`);
    return false;
  }
  await buildEngine("quickfixj");
  const source = join(bench.script("fix-acceptor"), "Acceptor.java");
  const classes = join(bench.dataDirectory, "fix-acceptor");
  await bench.run(["javac", "-cp", jarsOf("quickfixj"), "-d", classes, source]);
  return true;
}

/** Order: after `buildPeer`. */
export async function startPeer(bench: Bench): Promise<DoorServer> {
  const classPath = `${join(bench.dataDirectory, "fix-acceptor")}:${jarsOf("quickfixj")}`;
  const command = ["java", JAVA_MEMORY, "-cp", classPath, "Acceptor", `${SESSIONS}`];
  const kind = { name: "QuickFIX/J", durability: "-", isOneThread: false, options: [] };
  const server = await start(command);
  // It asks for no password.
  const credentials = Array.from({ length: SESSIONS }, (_, index) => ({
    compId: toCompId(index + 1),
    token: "ob_-_-",
  }));
  return {
    ...{ ...kind, ...server },
    load: { ...OPEN_LOAD, protocol: "fix", port: server.port, credentials },
  };
}

/** Starts a server that prints its port. Errors: throws when it ends before. */
async function start(
  command: readonly string[],
): Promise<Pick<DoorServer, "port" | "pid" | "stop">> {
  const child = Bun.spawn([...command], { stdio: ["ignore", "pipe", "inherit"] });
  let port = "";
  for await (const chunk of child.stdout) {
    port += new TextDecoder().decode(chunk);
    if (port.endsWith("\n")) break;
  }
  if (!port.endsWith("\n")) throw new Error(`${command.join(" ")} ended`);
  return {
    port: Number(port),
    pid: child.pid,
    stop() {
      child.kill("SIGKILL");
      return child.exited;
    },
  };
}

// Stock FIX engines that nobody here wrote, each an initiator in a process of its own with its own
// dictionary, which says so when it dislikes a message of ours.

import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/deadline.ts";
import { buildOnce, builtAt, filesBelow, run } from "./toolchain.ts";

const ENGINES = import.meta.dir;
const WAIT_MS_MAX = 30_000;
const SOH = "\u0001";

export type EngineName = "quickfixj" | "quickfixgo";

interface Recipe {
  /** Programs it is built and run with. */
  readonly needs: readonly string[];
  readonly build: (sources: string, target: string) => Promise<void>;
  readonly command: (target: string) => string[];
  /** Settings of its own. */
  readonly settings: (target: string) => Record<string, string>;
}

const RECIPES: Record<EngineName, Recipe> = {
  quickfixj: {
    needs: ["java", "javac", "mvn"],
    async build(sources, target) {
      const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${join(target, "lib")}`];
      await run(["mvn", "-q", "-B", "-f", join(sources, "pom.xml"), ...goal], target);
      const jars = join(target, "lib", "*");
      await run(["javac", "-cp", jars, "-d", target, join(sources, "Initiator.java")], target);
    },
    command: (target) => ["java", "-cp", `${target}:${jarsOf("quickfixj")}`, "Initiator"],
    settings: () => ({ NonStopSession: "Y", DataDictionary: "FIX44.xml" }),
  },
  quickfixgo: {
    needs: ["go"],
    async build(sources, target) {
      cpSync(sources, target, { recursive: true });
      await run(["go", "build", "-o", "initiator", "."], target);
      const module = await findQuickfixgo();
      cpSync(join(module, "spec", "FIX44.xml"), join(target, "FIX44.xml"));
    },
    command: (target) => [join(target, "initiator")],
    settings: (target) => ({ DataDictionary: join(target, "FIX44.xml") }),
  },
};

/** Which of its programs is not on this machine; undefined when all are there. */
export function missingProgram(name: EngineName): string | undefined {
  return RECIPES[name].needs.find((program) => Bun.which(program) === null);
}

/** Where the Go module lies, with its dictionaries and acceptance scripts. */
export async function findQuickfixgo(): Promise<string> {
  const command = ["go", "list", "-m", "-f", "{{.Dir}}", "github.com/quickfixgo/quickfix"];
  return (await run(command, builtAt("quickfixgo"))).trim();
}

/** The class path of a Java engine. Order: after `buildEngine`. */
export function jarsOf(name: EngineName): string {
  return join(builtAt(name), "lib", "*");
}

/** Fetches and compiles an engine, unless that was done for these sources. */
export async function buildEngine(name: EngineName): Promise<void> {
  const sources = join(ENGINES, name);
  await buildOnce(name, filesBelow(sources), (target) => RECIPES[name].build(sources, target));
}

export interface EngineSettings {
  readonly port: number;
  readonly senderCompId: string;
  readonly targetCompId: string;
  readonly heartbeatSeconds?: number;
  /** Of its message store; the same one again continues the sequence numbers. */
  readonly directory: string;
  readonly resetsOnLogon?: boolean;
  readonly user?: string;
  readonly password?: string;
}

/** What a callback of an engine told. */
export interface EngineEvent {
  readonly kind: "logon" | "logout" | "stopped" | "to-admin" | "from-admin" | "to-app" | "from-app";
  /** With `|` in the place of SOH. */
  readonly message: string;
}

export class Engine {
  readonly events: EngineEvent[] = [];
  readonly #child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  #errors = "";
  /** Events that were waited for. */
  #seen = 0;

  /** Order: after `buildEngine`. It connects at `start`, and again by itself until `stop`. */
  constructor(name: EngineName, settings: EngineSettings) {
    const target = builtAt(name);
    const path = join(settings.directory, `${name}-${settings.senderCompId}.cfg`);
    writeFileSync(path, toConfiguration(settings, RECIPES[name].settings(target)));
    const { user = "-", password = "-" } = settings;
    this.#child = Bun.spawn([...RECIPES[name].command(target), path, user, password], {
      cwd: settings.directory,
      stdio: ["pipe", "pipe", "pipe"],
    });
    void this.#read(this.#child.stdout, (line) => this.#hear(line));
    void this.#read(this.#child.stderr, (line) => (this.#errors += `${line}\n`));
  }

  start(): void {
    this.#write("start");
  }

  /** Logs out and stays away; `start` continues. */
  async stop(): Promise<void> {
    this.#write("stop");
    await this.next("stopped");
  }

  /** Sends an application message: `send("D", [[11, "a"], …])`. */
  send(msgType: string, fields: readonly (readonly [tag: number, value: string | number])[]): void {
    this.#write(`send ${frame(msgType, fields)}`);
  }

  /** The next event of this kind that is not before one already waited for. */
  async next(kind: EngineEvent["kind"], contains = ""): Promise<string> {
    const what = `${kind} ${contains}`;
    const found = await until(WAIT_MS_MAX, what, () => {
      const at = this.events.findIndex(
        (event, index) =>
          index >= this.#seen && event.kind === kind && event.message.includes(contains),
      );
      if (at >= 0) this.#seen = at + 1;
      return at >= 0 && this.events[at];
    }).catch((error: unknown) => {
      const told = this.events.map((event) => `${event.kind} ${event.message}`).join("\n");
      throw new Error(`${what} did not come:\n${told}\n${this.#errors}`, { cause: error });
    });
    return found.message;
  }

  /** Suspends it, as a machine that hangs. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  #write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
    void this.#child.stdin.flush();
  }

  #hear(line: string): void {
    const [kind = "", ...rest] = line.split(" ");
    // why: the programs beside this file print these words and no others
    this.events.push({ kind: kind as EngineEvent["kind"], message: rest.join(" ") });
  }

  async #read(from: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of from) {
      text += decoder.decode(chunk, { stream: true });
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) take(line);
    }
  }
}

/** Value of the first field with this tag. */
export function fieldOf(message: string, tag: number): string | undefined {
  return new RegExp(`(?:^|\\|)${tag}=([^|]*)`).exec(message)?.[1];
}

function frame(msgType: string, fields: readonly (readonly [number, string | number])[]): string {
  const body = [[35, msgType] as const, ...fields]
    .map(([tag, value]) => `${tag}=${value}|`)
    .join("");
  const text = `8=FIX.4.4|9=${body.length}|${body}`;
  const bytes = Buffer.from(text.replaceAll("|", SOH));
  const sum = bytes.reduce((total, byte) => total + byte, 0) % 256;
  return `${text}10=${`${sum}`.padStart(3, "0")}|`;
}

function toConfiguration(settings: EngineSettings, own: Record<string, string>): string {
  const { port, senderCompId, targetCompId, directory } = settings;
  const defaults = {
    ...{ ConnectionType: "initiator", SocketConnectHost: "127.0.0.1", SocketConnectPort: port },
    ...{ ReconnectInterval: 1, HeartBtInt: settings.heartbeatSeconds ?? 30 },
    ...{ StartTime: "00:00:00", EndTime: "00:00:00", UseDataDictionary: "Y" },
    ...{ FileStorePath: join(directory, `${senderCompId}-store`), ...own },
    ResetOnLogon: settings.resetsOnLogon === true ? "Y" : "N",
  };
  const session = {
    ...{ BeginString: "FIX.4.4", SenderCompID: senderCompId, TargetCompID: targetCompId },
  };
  const lines = (values: object): string =>
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}\n`)
      .join("");
  return `[DEFAULT]\n${lines(defaults)}[SESSION]\n${lines(session)}`;
}

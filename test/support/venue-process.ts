// The real venue as a process of its own, on any free port, in a directory that goes with it.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until, within } from "./deadline.ts";

const ROOT = join(import.meta.dir, "../..");
/** A start with recovery on a busy machine of two cores. */
const START_MS_MAX = 60_000;
/** A stop drains, syncs and writes a snapshot. */
const STOP_MS_MAX = 20_000;

/** Of every door, whatever the profile. */
const FREE_PORTS = {
  ...{ "http-port": "0", "metrics-port": "0" },
  ...{ "fix-port": "0", "fix-market-data-port": "0", "binary-port": "0" },
};

export interface StartOptions {
  /** Reused when given, so that a second start finds what the first left. */
  readonly dataDirectory?: string;
  /** Settings as flags: `{ "log-level": "debug" }`. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Default `test`. */
  readonly profile?: string;
  /** Beside the environment of the tests. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A new empty directory; `removeDirectories` removes it. */
export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "openbell-test-"));
  directories.push(directory);
  return directory;
}

const directories: string[] = [];

/** For `afterAll`: removes what `makeDirectory` made. */
export function removeDirectories(): void {
  for (const directory of directories.splice(0))
    rmSync(directory, { recursive: true, force: true });
}

export class VenueProcess {
  readonly dataDirectory: string;
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** Its exit code, once everything it wrote has been read. */
  readonly ended: Promise<number>;
  #output = "";
  #log = "";

  private constructor(options: StartOptions) {
    this.dataDirectory = options.dataDirectory ?? makeDirectory();
    const flags = { ...FREE_PORTS, ...options.flags, "data-directory": this.dataDirectory };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const profile = `--profile=${options.profile ?? "test"}`;
    this.#child = Bun.spawn([process.execPath, "gateway/main.ts", "start", profile, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { stdout, stderr, exited } = this.#child;
    const reading = [
      this.#read(stdout, (text) => (this.#output += text)),
      this.#read(stderr, (text) => (this.#log += text)),
    ];
    this.ended = Promise.all(reading).then(() => exited);
  }

  /** Starts a venue and does not wait for it. */
  static launch(options: StartOptions = {}): VenueProcess {
    return new VenueProcess(options);
  }

  /** Starts a venue and waits until it is ready. Errors: throws with its log when it is not. */
  static async start(options: StartOptions = {}): Promise<VenueProcess> {
    const venue = new VenueProcess(options);
    const child = venue.#child;
    await until(START_MS_MAX, "the venue is ready", () => {
      if (child.exitCode !== null) {
        throw new Error(`the venue ended with ${child.exitCode}:\n${venue.#log}`);
      }
      return venue.#output.includes("openbell is ready");
    });
    return venue;
  }

  /** What it printed for people. */
  get output(): string {
    return this.#output;
  }

  /** Its log lines. */
  get log(): string {
    return this.#log;
  }

  get url(): string {
    return readFileSync(join(this.dataDirectory, "address"), "utf8").trim();
  }

  /** Port of FIX order entry. */
  get fixPort(): number {
    return Number(/^ {2}FIX .*:(\d+), market data/m.exec(this.#output)?.[1]);
  }

  /** Port of FIX market data and drop copies. */
  get fixMarketDataPort(): number {
    return Number(/, market data .*:(\d+)$/m.exec(this.#output)?.[1]);
  }

  /** Port of the binary protocol. */
  get binaryPort(): number {
    return Number(/^ {2}Binary .*:(\d+)$/m.exec(this.#output)?.[1]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The admin token that init left for the operator. */
  get operatorKey(): string {
    return readFileSync(join(this.dataDirectory, "operator-key"), "utf8").trim();
  }

  /** One call with a JSON body, as the operator unless another token is given. */
  fetch(method: string, path: string, body?: object, token = this.operatorKey): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Asks it to stop and waits. Returns its exit code. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    this.#child.kill(signal);
    return within(STOP_MS_MAX, "the venue stops", this.ended);
  }

  /** Ends it without warning, as a power cut would end the process. */
  kill(): Promise<number> {
    return this.stop("SIGKILL");
  }

  async #read(stream: ReadableStream<Uint8Array>, keep: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) keep(decoder.decode(chunk, { stream: true }));
  }
}

// Plays the acceptance scripts that come with quickfixgo, as QuickFIX has them: lines in, lines
// out, for every version of FIX. They are read where the Go module lies and are no part of ours.

import { readFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { systemClock } from "../../gateway/clock.ts";
import { until } from "../support/deadline.ts";

const SOH = "\u0001";
const ANSWER_MS_MAX = 15_000;
/** Values that no script can know. */
const PATTERNS: ReadonlyMap<string, RegExp> = new Map([
  ["10", /^\d{3}$/],
  ["52", /^\d{8}-\d\d:\d\d:\d\d(\.\d{3})?$/],
  ["60", /^\d{8}-\d\d:\d\d:\d\d/],
  ["122", /^\d{8}-\d\d:\d\d:\d\d/],
]);

/** Plays one script; resolves with what went wrong, or undefined. */
export async function playDefinition(path: string, port: number): Promise<string | undefined> {
  const clients = new Map<string, Client>();
  const lines = readFileSync(path, "latin1").split(/\r?\n/);
  try {
    for (const [index, line] of lines.entries()) {
      const parsed = /^([IEie])(?:(\d),)?(.*)$/.exec(line);
      if (parsed === null) continue;
      const [, kind = "", number = "1", body = ""] = parsed;
      const fault = await playLine(clients, { kind, number, body }, port);
      if (fault !== undefined) return `line ${index + 1}: ${fault}`;
    }
    return undefined;
  } finally {
    for (const client of clients.values()) client.close();
  }
}

interface Line {
  readonly kind: string;
  /** Of the connection. */
  readonly number: string;
  readonly body: string;
}

async function playLine(
  clients: Map<string, Client>,
  { kind, number, body }: Line,
  port: number,
): Promise<string | undefined> {
  if (kind === "i" && body === "CONNECT") {
    clients.set(number, await Client.connect(port));
    return undefined;
  }
  const client = clients.get(number);
  if (client === undefined) return "nobody is connected";
  switch (kind) {
    case "i":
      client.close();
      return undefined;
    case "I":
      return client.send(complete(putTimes(body))) ? undefined : "the connection was dropped";
    case "e":
      return (await client.isEnded()) ? undefined : `expected the end, got ${client.rest}`;
    default: {
      const message = await client.next();
      return compare(complete(putTimes(body)), message);
    }
  }
}

class Client {
  readonly #socket: Socket;
  #text = "";
  #isEnded = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text) => (this.#text += text.toString()));
    for (const event of ["end", "close", "error"]) socket.on(event, () => (this.#isEnded = true));
  }

  static connect(port: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: "127.0.0.1", port }, () => {
        resolve(new Client(socket));
      });
      socket.once("error", reject);
    });
  }

  get rest(): string {
    return this.#text.replaceAll(SOH, "|");
  }

  send(text: string): boolean {
    return !this.#isEnded && this.#socket.write(text, "latin1") !== undefined;
  }

  /** The next whole message; undefined when none comes. */
  async next(): Promise<string | undefined> {
    const end = /\u000110=\d{3}\u0001/;
    try {
      const length = await until(ANSWER_MS_MAX, "a message", () => {
        const found = end.exec(this.#text);
        if (found !== null) return found.index + found[0].length;
        if (this.#isEnded) throw new Error("the connection ended");
        return undefined;
      });
      const message = this.#text.slice(0, length);
      this.#text = this.#text.slice(length);
      return message;
    } catch {
      return undefined;
    }
  }

  async isEnded(): Promise<boolean> {
    await until(ANSWER_MS_MAX, "the end", () => this.#isEnded || this.#text !== "").catch(() => {});
    return this.#isEnded && this.#text === "";
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** `<TIME>` and `<TIME+n>` in seconds. */
function putTimes(body: string): string {
  return body.replaceAll(/<TIME([+-]\d+)?>/g, (_, seconds = "0") => {
    const text = new Date(systemClock.nowUs() / 1_000 + Number(seconds) * 1_000).toISOString();
    return text.slice(0, 19).replaceAll("-", "").replace("T", "-");
  });
}

/** Adds length and checksum where the script has none. */
function complete(body: string): string {
  const head = /^8=[^\u0001]*\u0001/.exec(body)?.[0];
  if (head === undefined) return body;
  const hasLength = /\u00019=[^\u0001]*\u0001/.test(body);
  const trailer = /\u0001(10=[^\u0001]*\u0001)$/.exec(body)?.[1];
  const middle = body.slice(head.length, body.length - (trailer?.length ?? 0));
  const length = hasLength ? "" : `9=${middle.length}${SOH}`;
  const text = `${head}${length}${middle}`;
  if (trailer !== undefined) return `${text}${trailer}`;
  const sum = Buffer.from(text, "latin1").reduce((total, byte) => total + byte, 0) % 256;
  return `${text}10=${`${sum}`.padStart(3, "0")}${SOH}`;
}

function compare(wanted: string, found: string | undefined): string | undefined {
  const show = (text: string): string => text.replaceAll(SOH, "|");
  if (found === undefined) return `expected ${show(wanted)}, got nothing`;
  const [left, right] = [wanted, found].map((text) => text.split(SOH).filter((one) => one !== ""));
  const both = `expected ${show(wanted)}\n     got ${show(found)}`;
  if (left?.length !== right?.length) return `another number of fields: ${both}`;
  for (const [index, field] of (left ?? []).entries()) {
    const [tag = "", value] = field.split("=");
    const [foundTag = "", foundValue = ""] = right?.[index]?.split("=") ?? [];
    const pattern = PATTERNS.get(tag);
    const isEqual = pattern === undefined ? value === foundValue : pattern.test(foundValue);
    if (tag !== foundTag || !isEqual) return `${tag}: ${both}`;
  }
  return undefined;
}

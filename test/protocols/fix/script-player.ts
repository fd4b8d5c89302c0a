// Plays a script on an acceptor: no sockets, no real time. The first line that is not as written
// ends it.

import type { Acceptor } from "../../../gateway/protocols/fix/acceptor/acceptor.ts";
import type { ManualClock } from "../../support/manual-clock.ts";
import type { Script, Step } from "./script-parser.ts";
import { isLine, ScriptPeer } from "./script-peer.ts";

/** What a script is played on. */
export interface ScriptHost {
  readonly acceptor: Acceptor;
  readonly clock: ManualClock;
  readonly beginString: string;
  readonly venue: string;
  /** The application of this client sends a message of its own accord: `35=…|…`. */
  say(client: string, line: string): void;
  /** The process ends without a word, and another one begins on its files. */
  restart(): Promise<void>;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
}

const FIRST_CLIENT = "CLIENT1";
/** Time moves in steps of the acceptor's own; hours in minutes, but for the last one. */
const STEP_MS = 100;
const LONG_STEP_MS = 60_000;

export class ScriptPlayer {
  readonly #host: ScriptHost;
  readonly #peers = new Map<string, ScriptPeer>();

  constructor(host: ScriptHost) {
    this.#host = host;
  }

  /** Errors: throws at the first line that is not as written. */
  async play(script: Script): Promise<void> {
    for (const step of script.steps) {
      if (step.word !== "E") this.#expectNothing(step);
      try {
        await this.#play(step);
      } catch (error) {
        throw new Error(`line ${step.line}: ${error instanceof Error ? error.message : error}`);
      }
      await this.#host.settle();
    }
    this.#expectNothing({ line: 0, word: "the end", peer: "", rest: "" });
  }

  async #play({ word, peer, rest }: Step): Promise<void> {
    const host = this.#host;
    switch (word) {
      case "connect":
        this.#connect(peer, rest);
        return;
      case "I":
        this.#peer(peer).send(rest);
        return;
      case "R":
        this.#peer(peer).sendRaw(rest);
        return;
      case "E":
        this.#expect(peer, rest);
        return;
      case "wait":
        await this.#wait(Number.parseFloat(rest) * 1_000);
        return;
      case "close":
        this.#peer(peer).terminate();
        return;
      case "closed":
        if (!this.#peer(peer).isClosed) throw new Error("the connection is still open");
        return;
      case "open":
        if (this.#peer(peer).isClosed) throw new Error("the connection is closed");
        return;
      case "stall":
        this.#peer(peer).isStalled = true;
        return;
      case "unstall":
        this.#peer(peer).drain();
        return;
      case "say": {
        const [client = "", ...line] = rest.split(" ");
        host.say(client, line.join(" "));
        return;
      }
      case "restart":
        await host.restart();
        return;
      case "announce":
        host.acceptor.announce(...splitPair(rest));
        return;
      case "stop":
        void host.acceptor.stop(rest);
        return;
      default:
        // `silence`: that nothing came was seen before this step.
        return;
    }
  }

  #connect(name: string, rest: string): void {
    const [, client = FIRST_CLIENT] = /as (\S+)/.exec(rest) ?? [];
    const [, address = "127.0.0.1"] = /from (\S+)/.exec(rest) ?? [];
    const { acceptor, clock, beginString, venue } = this.#host;
    const names = { beginString, venue, client };
    this.#peers.set(name, new ScriptPeer(acceptor, clock, names, address));
  }

  #peer(name: string): ScriptPeer {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new Error(`nobody connected as ${name}`);
    return peer;
  }

  #expect(name: string, expected: string): void {
    const peer = this.#peer(name);
    const actual = peer.lines.shift();
    if (actual !== undefined && isLine(expected, actual)) return;
    throw new Error(`\n  expected ${expected}\n  received ${actual ?? "nothing"}`);
  }

  #expectNothing({ line, word }: Step): void {
    for (const [name, { lines }] of this.#peers) {
      const [first] = lines;
      if (first === undefined) continue;
      throw new Error(`before line ${line} (${word}): connection ${name} also received ${first}`);
    }
  }

  async #wait(milliseconds: number): Promise<void> {
    let left = milliseconds;
    while (left > 0) {
      const step = left > 10 * LONG_STEP_MS ? LONG_STEP_MS : Math.min(left, STEP_MS);
      this.#host.clock.advanceMs(step);
      left -= step;
      await this.#host.settle();
    }
  }
}

function splitPair(text: string): [string, string] {
  const [first = "", second = ""] = text.split("|");
  return [first, second];
}

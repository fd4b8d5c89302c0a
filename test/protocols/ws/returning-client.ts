// Somebody who comes and goes, and takes up each channel where it was left.

import { expect } from "bun:test";
import { until, within } from "../../support/deadline.ts";
import { FeedClient } from "./feed-client.ts";
import type { Message } from "./feed-client.ts";

const WAIT_MS_MAX = 20_000;

export class ReturningClient {
  readonly #token: string;
  /** Channel → its updates, over all connections. */
  readonly texts: ReadonlyMap<string, string[]>;
  /** Channel → the last sequence of it. */
  readonly #sequences = new Map<string, number>();
  #client: FeedClient | undefined;
  #fault: Error | undefined;

  /** `channels`: none that always begins with a snapshot. */
  constructor(token: string, channels: readonly string[]) {
    this.#token = token;
    this.texts = new Map(channels.map((name) => [name, []]));
  }

  /** Follows all channels, from the first time on without a snapshot. */
  async connect(address: string): Promise<void> {
    this.#client?.terminate();
    const client = await FeedClient.open(address, this.#token);
    this.#client = client;
    client.listen((message) => {
      if (this.#client === client) this.#hear(message);
    });
    for (const channel of this.texts.keys()) {
      const after = this.#sequences.get(channel);
      const request = { op: "subscribe", channels: [channel] };
      if (after === undefined) await client.need(request);
      else {
        const reply = await client.need({ ...request, from_sequence: after });
        expect(reply).toMatchObject({ resumed: [channel] });
      }
    }
    const isComplete = (): boolean => this.#sequences.size === this.texts.size;
    await until(WAIT_MS_MAX, "all channels", isComplete);
  }

  /** The last sequence of a channel. Errors: throws what it was told and should not have been. */
  sequenceOf(channel: string): number {
    if (this.#fault !== undefined) throw this.#fault;
    return this.#sequences.get(channel) ?? -1;
  }

  countOf(channel: string): number {
    return this.texts.get(channel)?.length ?? 0;
  }

  /** Drops the connection, if it is there, and waits for its end. */
  async leave(): Promise<void> {
    const client = this.#client;
    client?.terminate();
    if (client !== undefined) await within(WAIT_MS_MAX, "the end", client.ended);
  }

  #hear(message: Message): void {
    const { channel, type, sequence } = message;
    const name = String(channel);
    const texts = this.texts.get(name);
    if (texts === undefined) return;
    const last = this.#sequences.get(name);
    if (last !== undefined && (type === "snapshot" || Number(sequence) <= last)) {
      this.#fault ??= new Error(`not to be told after ${last}: ${JSON.stringify(message)}`);
    }
    this.#sequences.set(name, Number(sequence));
    if (type === "update") texts.push(JSON.stringify(message));
  }
}

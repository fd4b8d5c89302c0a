// A client that sends bytes as it is told, for what no well-behaved client sends.

import { systemClock } from "../../../gateway/clock.ts";
import { within } from "../../support/deadline.ts";

const ANSWER_MS_MAX = 20_000;

/** What came back on a connection until the server closed it, or until `until` was seen. */
export interface Talk {
  readonly text: string;
  readonly isClosed: boolean;
}

/**
 * Sends the parts one after the other, `gapMs` apart, and listens.
 *
 * Ends when the server closes, or when the answer holds `until`.
 */
export async function talk(
  address: string,
  parts: readonly (string | Uint8Array)[],
  { gapMs = 0, until }: { gapMs?: number; until?: string } = {},
): Promise<Talk> {
  const { hostname, port } = new URL(address);
  const { promise, resolve } = Promise.withResolvers<Talk>();
  let text = "";
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(_socket, bytes) {
        text += bytes.toString("latin1");
        if (until !== undefined && text.includes(until)) resolve({ text, isClosed: false });
      },
      close: () => resolve({ text, isClosed: true }),
      error: () => resolve({ text, isClosed: true }),
    },
  });
  let isOver = false;
  void promise.then(() => {
    isOver = true;
  });
  void (async () => {
    for (const part of parts) {
      if (gapMs > 0) await new Promise<void>((done) => systemClock.after(gapMs, done));
      if (isOver) return;
      await writeAll(socket, Buffer.from(part), () => isOver);
    }
  })();
  const answer = await within(ANSWER_MS_MAX, "a raw answer", promise);
  socket.end();
  return answer;
}

/**
 * Sends each text on a connection of its own, all at once; `fence` waits until the server has dealt
 * with what arrived. Then ends what the server left open.
 *
 * Returns the answers in the order of the texts.
 */
export async function talkAtOnce(
  address: string,
  texts: readonly Uint8Array[],
  fence: () => Promise<unknown>,
): Promise<string[]> {
  const { hostname, port } = new URL(address);
  const answers = texts.map(() => "");
  const lines = texts.map(async (bytes, index) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data(_socket, answer) {
          answers[index] += answer.toString("latin1");
        },
        close: () => resolve(),
        error: () => resolve(),
      },
    });
    await writeAll(socket, bytes, () => false);
    return { socket, closed };
  });
  const opened = await Promise.all(lines);
  await fence();
  for (const { socket } of opened) socket.end();
  const ends = opened.map(({ closed }) => closed);
  await within(ANSWER_MS_MAX, "every connection ends", Promise.all(ends));
  return answers;
}

/** Bun's sockets take what fits; the rest waits a moment. */
async function writeAll(
  socket: { write(bytes: Uint8Array): number },
  bytes: Uint8Array,
  isOver: () => boolean,
): Promise<void> {
  let rest = bytes;
  while (rest.length > 0 && !isOver()) {
    const taken = socket.write(rest);
    if (taken < 0) return;
    rest = rest.subarray(taken);
    if (rest.length > 0) await new Promise<void>((done) => systemClock.after(1, done));
  }
}

/** The body of the last answer in a raw text. */
export function bodyOf(text: string): Readonly<Record<string, unknown>> {
  const start = text.lastIndexOf("\r\n\r\n");
  const value: unknown = JSON.parse(text.slice(start + 4));
  return typeof value === "object" && value !== null ? { ...value } : {};
}

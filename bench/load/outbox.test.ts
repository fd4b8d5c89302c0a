import { expect, test } from "bun:test";
import { Random } from "../../gateway/demo/random.ts";
import { Outbox, type Sink } from "./outbox.ts";

/** Takes so many bytes of each write. */
class StubbornSocket implements Sink {
  readonly taken: Buffer[] = [];
  writes = 0;
  readonly #limit: () => number;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  write(data: Uint8Array, offset: number, length: number): number {
    this.writes += 1;
    const count = Math.min(this.#limit(), length);
    this.taken.push(Buffer.from(data.subarray(offset, offset + count)));
    return count;
  }
}

test("what is sent in a turn leaves in one write", async () => {
  const socket = new StubbornSocket(() => Infinity);
  const outbox = new Outbox();
  outbox.attach(socket);
  for (const text of ["a", "bc", "def"]) outbox.add(Buffer.from(text));
  expect(socket.writes).toBe(0);
  await Promise.resolve();
  expect(socket.taken.map(String)).toEqual(["abcdef"]);
});

test.each([1, 2, 3])("a socket that takes little gets every byte once, seed %d", async (seed) => {
  const random = new Random(seed);
  const socket = new StubbornSocket(() => random.below(5_000));
  const outbox = new Outbox();
  outbox.attach(socket);
  const sent: Buffer[] = [];
  for (let turn = 0; turn < 500; turn += 1) {
    const bytes = Buffer.alloc(random.below(3_000), `${turn} `);
    sent.push(bytes);
    outbox.add(bytes);
    if (turn % 3 === 0) await Promise.resolve();
  }
  const all = Buffer.concat(sent);
  for (let flushes = 0; flushes < 10_000; flushes += 1) outbox.flush();
  expect(Buffer.concat(socket.taken).equals(all)).toBe(true);
});

test("a server that reads nothing is told of at four megabytes", () => {
  const outbox = new Outbox();
  outbox.attach(new StubbornSocket(() => 0));
  const piece = Buffer.alloc(1 << 20);
  for (let sent = 0; sent < 4; sent += 1) outbox.add(piece);
  expect(() => outbox.add(Buffer.alloc(1))).toThrow("the server reads nothing");
});

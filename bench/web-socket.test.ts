// What measuring processes take for granted of frames.

import { expect, test } from "bun:test";
import { FrameReader, RawWebSocket, toFrame } from "./web-socket.ts";

/** A text as a server sends it. */
function fromServer(text: string): Buffer {
  const masked = toFrame(text);
  const head = masked.length - Buffer.byteLength(text) - 4;
  const frame = Buffer.concat([masked.subarray(0, head), masked.subarray(head + 4)]);
  frame.writeUInt8(frame.readUInt8(1) & 0x7f, 1);
  return frame;
}

test("a stream of frames gives the same texts however it is cut", () => {
  const texts = ["", "a", "b".repeat(125), "c".repeat(126), "d".repeat(5_000), "e"];
  const stream = Buffer.concat(texts.map(fromServer));
  for (const size of [1, 2, 3, 127, 130, 4_096, stream.length]) {
    const reader = new FrameReader();
    const heard: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      reader.read(stream.subarray(at, at + size), (opcode, bytes, from, to) => {
        expect(opcode).toBe(1);
        heard.push(bytes.toString("latin1", from, to));
      });
    }
    expect(heard).toEqual(texts);
  }
});

test("a server understands a client and is understood, texts of any length", async () => {
  const texts = ["a", "b".repeat(126), "c".repeat(65_000), "d".repeat(100)];
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, each) =>
      each.upgrade(request) ? undefined : new Response("", { status: 400 }),
    websocket: {
      message(socket, message) {
        // Longer than what 16 bits can tell.
        socket.send(String(message).repeat(2));
      },
    },
  });
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const address = { port: server.port ?? 0, path: "/", token: "" };
  const client = await RawWebSocket.connect(address, (bytes, from, to) => {
    heard.push(bytes.toString("latin1", from, to));
    if (heard.length === texts.length) resolve();
  });
  for (const text of texts) client.send(toFrame(text));
  await promise;
  expect(heard).toEqual(texts.map((text) => text.repeat(2)));
  client.close();
});

test("what is no upgrade is told", async () => {
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("no") });
  const address = { port: server.port ?? 0, path: "/", token: "" };
  const connecting = RawWebSocket.connect(address, () => {});
  expect(connecting).rejects.toThrow("no upgrade: HTTP/1.1 200");
  await connecting.catch(() => {});
});

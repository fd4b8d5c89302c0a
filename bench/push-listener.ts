/**
 * Follows channels on one connection and counts what comes.
 *
 * Use: steered by push-cost-process.ts; is told what to follow, says when it does, is told how many
 * messages to wait for, says when they are there, and begins again.
 */
import { numberOf, textOf } from "./processes.ts";
import { isChannelMessage } from "./push-market.ts";
import { Steering } from "./steered-process.ts";
import { RawWebSocket, toFrame } from "./web-socket.ts";

const steering = new Steering();
let messages = 0;
let goal = Infinity;
let reach: () => void = () => {};

/** Resolves when so many messages of channels have come. */
function reached(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  goal = count;
  reach = resolve;
  if (messages >= goal) resolve();
  return promise;
}

for (;;) {
  const told = await steering.hear();
  const { channels } = told;
  if (!Array.isArray(channels)) throw new Error("it was not told what to follow");
  messages = 0;
  goal = Infinity;
  const address = { port: numberOf(told, "port"), path: "/ws", token: textOf(told, "token") };
  const socket = await RawWebSocket.connect(address, (bytes, from) => {
    if (isChannelMessage(bytes, from)) messages += 1;
    if (messages >= goal) reach();
  });
  if (channels.length > 0) {
    socket.send(toFrame(JSON.stringify({ op: "subscribe", channels })));
    // A snapshot of each.
    await reached(channels.length);
  }
  messages = 0;
  steering.say({});
  await reached(numberOf(await steering.hear(), "messages"));
  steering.say({ messages });
  socket.close();
}

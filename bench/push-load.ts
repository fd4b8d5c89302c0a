/**
 * Sends orders on one connection, each at its own time whatever became of those before: what a
 * venue makes wait is counted.
 *
 * Use: steered by push-run.ts, as `bun bench/push-load.ts <port> <token> <warm orders>`; says when
 * the server has had those, is told a schedule, and says how late it was itself.
 */
import { systemClock } from "../gateway/clock.ts";
import { LatencyHistogram } from "./histogram.ts";
import { numberOf } from "./processes.ts";
import { ORDER } from "./push-market.ts";
import { type Schedule, Steering } from "./steered-process.ts";
import { RawWebSocket, toFrame } from "./web-socket.ts";

/** The system wakes a sleeper up to so much too late; the rest is waited for awake. */
const AWAKE_US = 150;
const SLEEP_US_MIN = 50;
/** Orders without an answer while the server warms up. */
const WARM_IN_FLIGHT = 64;
const FRAME = toFrame(JSON.stringify({ op: "order.place", body: ORDER }));

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Holds the thread: no timer of the event loop is as exact. */
function waitUntil(dueUs: number): void {
  const sleepUs = dueUs - systemClock.nowUs() - AWAKE_US;
  if (sleepUs > SLEEP_US_MIN) Atomics.wait(sleeper, 0, 0, sleepUs / 1e3);
  while (systemClock.nowUs() < dueUs);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function send(socket: RawWebSocket, { startUs, intervalUs, orders }: Schedule) {
  const late = new LatencyHistogram();
  for (let order = 0; order < orders; order += 1) {
    const dueUs = startUs + order * intervalUs;
    // Reads what has come; answers are only counted.
    await turn();
    waitUntil(dueUs);
    late.add((systemClock.nowUs() - dueUs) * 1e3);
    socket.send(FRAME);
  }
  return late.toPercentiles();
}

async function main([port, token, warmOrders]: readonly string[]): Promise<void> {
  let answers = 0;
  const steering = new Steering();
  const address = { port: Number(port), path: "/ws", token: token ?? "" };
  const socket = await RawWebSocket.connect(address, (bytes, from, to) => {
    const text = bytes.toString("latin1", from, to);
    if (!text.includes('"ok":true')) throw new Error(`an order was refused: ${text}`);
    answers += 1;
  });
  for (let sent = 0; sent < Number(warmOrders); sent += 1) {
    while (sent - answers >= WARM_IN_FLIGHT) await turn();
    socket.send(FRAME);
  }
  while (answers < Number(warmOrders)) await turn();
  answers = 0;
  steering.say({});
  const told = await steering.hear();
  const schedule = {
    startUs: numberOf(told, "startUs"),
    intervalUs: numberOf(told, "intervalUs"),
    orders: numberOf(told, "orders"),
  };
  const late = await send(socket, schedule);
  while (answers < schedule.orders) await turn();
  steering.say({ ...late });
  await steering.hear();
  process.exit(0);
}

await main(process.argv.slice(2));

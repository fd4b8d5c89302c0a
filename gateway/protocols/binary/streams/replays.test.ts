import { afterEach, beforeEach, expect, test } from "bun:test";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { SILENT_SOCKET } from "../../../../test/support/silent-socket.ts";
import { GatewayFault } from "../../../domain/fault.ts";
import { Log } from "../../../log.ts";
import type { Gate, GatePosition, GateReplay } from "../../../sessions/binary-streams.ts";
import { Connection } from "../connection.ts";
import { Replays } from "./replays.ts";

const START: GatePosition = { number: 0, sequence: 10, engineSession: 1, clientRef: 0 };

type Step = ReturnType<GateReplay["step"]> | "damaged" | "too_many";

/** What each connection's replay does, step by step. */
const plans = new Map<number, Step[]>();
const opened: (readonly [number, number])[] = [];
let openRuns = 0;
/** What each step takes. */
let stepMs = 0;

function replay(connection: number, position: GatePosition): GateReplay {
  const plan = plans.get(connection) ?? [];
  opened.push([connection, position.sequence]);
  openRuns += 1;
  let reached = position;
  return {
    step() {
      const step = plan.shift() ?? "nothing";
      clock.advanceMs(stepMs);
      if (step === "damaged") throw new GatewayFault("changes_unavailable", "they are gone");
      if (step === "too_many") throw new GatewayFault("reexecution_limit_reached", "8 are open");
      reached = { ...reached, sequence: reached.sequence + 1 };
      return step;
    },
    get position() {
      return reached;
    },
    close: () => (openRuns -= 1),
  };
}

const clock = new ManualClock();
const lost: (readonly [number, number])[] = [];
let replays: Replays;
let onOutput: () => void;

beforeEach(() => {
  plans.clear();
  opened.length = 0;
  lost.length = 0;
  openRuns = 0;
  stepMs = 0;
  onOutput = () => {};
  // why: nothing else of the gate is used here
  const gate = { replay } as unknown as Gate;
  replays = new Replays({
    ...{ gate, clock, log: new Log("error", clock, (bytes) => bytes.length) },
    onOutput: () => onOutput(),
    onLost: (connection, sequence) => lost.push([connection.id, sequence]),
  });
});

afterEach(() => replays.stop());

function begin(id: number, ...plan: Step[]): Connection {
  plans.set(id, plan);
  const connection = new Connection(id, SILENT_SOCKET, "127.0.0.1", 0);
  connection.state = "logged_in";
  replays.begin(connection, START);
  return connection;
}

test("a connection is told until it is live", () => {
  begin(1, "some", "nothing", "some", "live");
  clock.advanceMs(100);
  expect(opened).toEqual([[1, 10]]);
  expect([replays.count, openRuns]).toEqual([0, 0]);
});

test("a turn has so many steps as there is time for, shared by those who run", () => {
  stepMs = 0.05;
  const stepsIn = (id: number): number => 10 - (plans.get(id)?.length ?? 0);
  begin(1, ...Array<Step>(10).fill("some"));
  clock.advanceMs(0);
  expect(stepsIn(1)).toBe(3);
  begin(2, ...Array<Step>(10).fill("some"));
  clock.advanceMs(0.15);
  expect([stepsIn(1), stepsIn(2)]).toEqual([5, 1]);
});

test("a step that fills the socket is the last of its turn", () => {
  const connection = begin(1, "some", "some", "some");
  onOutput = () => (connection.isFull = true);
  clock.advanceMs(0);
  expect(plans.get(1)).toHaveLength(2);
});

test("two run at a time, the others wait", () => {
  const ids = [1, 2, 3, 4];
  for (const id of ids) begin(id, "some");
  clock.advanceMs(10);
  expect(opened.map(([id]) => id)).toEqual([1, 2]);
  plans.get(2)?.push("live");
  plans.set(3, ["live"]);
  clock.advanceMs(20);
  expect(opened.map(([id]) => id)).toEqual([1, 2, 3, 4]);
  expect([replays.count, openRuns]).toEqual([2, 2]);
  replays.stop();
  expect([replays.count, openRuns]).toEqual([0, 0]);
});

test("who does not read is waited for, who is gone is not", () => {
  const slow = begin(1, "some", "nothing", "nothing", "live");
  const gone = begin(2, "some", "nothing", "nothing");
  clock.advanceMs(0);
  slow.isFull = true;
  gone.state = "closing";
  clock.advanceMs(50);
  expect([replays.count, openRuns]).toEqual([1, 1]);
  slow.isFull = false;
  clock.advanceMs(50);
  expect([replays.count, openRuns]).toEqual([0, 0]);
});

test("too many runs of the core are waited for; what cannot be had is told", () => {
  begin(1, "too_many", "too_many", "some", "live");
  begin(2, "some", "damaged");
  clock.advanceMs(50);
  expect(lost).toEqual([[2, 11]]);
  expect([replays.count, openRuns]).toEqual([0, 0]);
});

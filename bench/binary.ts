// Layer "binary": orders and their cancels over the binary protocol, beside echoes of messages of
// the same lengths; and what it costs the session beside it when one that was away asks for all.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { OrderType, Side, TimeInForce } from "../gateway/generated/order-entry.ts";
import { cancelOrder, login, logout, newOrder } from "../test/support/binary-frames.ts";
import type { Bench } from "./bench.ts";
import { runDoor } from "./door-layer.ts";
import { readLogons } from "./door-servers.ts";
import type { Row } from "./rows.ts";

/** Where binary-session.c stores an id or a number. */
const MARK = 0x1f2e3d4c5b6a;
/** The load is never silent for five of them. */
const HEARTBEAT_MS = 60_000;

export function runBinary(bench: Bench): Promise<Row[]> {
  return runDoor(bench, false, ({ logons }) => {
    const frames = join(bench.dataDirectory, "venues", "binary-frames");
    writeFileSync(frames, Buffer.concat(makeFrames(logons)));
    return {
      ...{ layer: "binary", title: "Binary", size: bench.size.binary },
      ...{ windows: [4, 16], floorWindow: 4 },
      options: [`frames=${frames}`],
      toServer: (venue) => ({
        ...{ ...venue, port: venue.binaryPort },
        load: { ...venue.load, protocol: "binary", port: venue.binaryPort },
      }),
      startPeers: () => [],
    };
  });
}

/** An order, its cancel, a Logout, and a Login for each session. */
function makeFrames(logons: string): Uint8Array[] {
  const id = BigInt(MARK);
  const order = newOrder({
    ...{ instrument: 1, side: Side.Buy, orderType: OrderType.Limit, price: 1_000 },
    ...{ timeInForce: TimeInForce.Gtc, quantity: 100_000, id },
  });
  const logins = readLogons(logons).map(({ compId, token }) =>
    login({
      ...{ token, session: compId, nextNumber: MARK, takeOver: true },
      heartbeatMs: HEARTBEAT_MS,
    }),
  );
  return [order, cancelOrder({ id }), logout(), ...logins];
}

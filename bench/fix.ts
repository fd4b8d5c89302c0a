// Layer "fix": orders and their cancels over FIX, beside echoes of the same sizes and QuickFIX/J;
// and what a resend costs the session beside it.

import type { Bench } from "./bench.ts";
import { runDoor } from "./door-layer.ts";
import { buildPeer, startPeer } from "./door-servers.ts";
import type { Row } from "./rows.ts";

export async function runFix(bench: Bench): Promise<Row[]> {
  const hasPeer = await buildPeer(bench);
  return runDoor(bench, true, () => ({
    ...{ layer: "fix", title: "FIX", size: bench.size.fix, windows: [8], floorWindow: undefined },
    options: [],
    toServer: (venue) => venue,
    startPeers: () => (hasPeer ? [startPeer(bench)] : []),
  }));
}

// The core that scenarios run on: no disk to wait for, and time that a line moves.

import { Core } from "../../gateway/core/core.ts";
import type { Capacities } from "./scenario-script.ts";

/** When every scenario starts: 2026-01-01T00:00:00Z. */
export const START_US = 1_767_225_600_000_000;

/** Opens an empty core in `directory`. */
export function openCore(directory: string, capacities: Capacities): Core {
  const core = Core.open({
    dataDirectory: directory,
    durability: "none",
    clock: "caller",
    segmentBytes: 1 << 20,
    accountsMax: capacities.accounts,
    instrumentsMax: capacities.instruments,
    currenciesMax: capacities.currencies,
    sessionsMax: capacities.sessions,
    ordersMax: capacities.orders,
    retainedOrdersMax: capacities.finals,
  });
  core.setCallerTime(START_US);
  return core;
}

// All endpoints of the HTTP door, in the order of the document.

import type { Venue } from "../../sessions/venue.ts";
import type { Route } from "./route.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { adminAccountRoutes } from "./routes/admin-accounts.ts";
import { adminBinarySessionRoutes } from "./routes/admin-binary-sessions.ts";
import { adminFixSessionRoutes } from "./routes/admin-fix-sessions.ts";
import { adminVenueRoutes } from "./routes/admin-venue.ts";
import { changeRoutes } from "./routes/changes.ts";
import { docsRoutes } from "./routes/docs.ts";
import { historyRoutes } from "./routes/history.ts";
import { klineRoutes } from "./routes/klines.ts";
import { marketRoutes } from "./routes/market.ts";
import { operationRoutes } from "./routes/operations.ts";
import { submitRoutes } from "./routes/order-submit.ts";
import { orderRoutes } from "./routes/orders.ts";
import { pageRoutes } from "./routes/page.ts";
import { settlementEventRoutes } from "./routes/settlement-events.ts";
import { spotRoutes } from "./routes/spot-v2.ts";
import { statementRoutes } from "./routes/statement.ts";
import { tradeRoutes } from "./routes/trades.ts";

/** `version`: of the product, for the document. */
export function listRoutes(venue: Venue, version: string): Route[] {
  const routes = [
    ...orderRoutes(venue),
    ...tradeRoutes(venue),
    ...marketRoutes(venue),
    ...klineRoutes(venue),
    ...accountRoutes(venue),
    ...historyRoutes(venue),
    ...settlementEventRoutes(venue),
    ...statementRoutes(venue),
    ...spotRoutes(venue),
    ...submitRoutes(venue),
    ...operationRoutes(venue),
    ...adminVenueRoutes(venue),
    ...adminAccountRoutes(venue),
    ...adminFixSessionRoutes(venue),
    ...adminBinarySessionRoutes(venue),
    ...changeRoutes(venue),
  ];
  return [...routes, ...docsRoutes(routes, version), ...pageRoutes()];
}

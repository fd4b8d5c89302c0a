// Actions of a scenario → requests to the HTTP API, as a client would write them. What HTTP has no
// word for throws: such lines are marked `engine`.

import type {
  LedgerAction,
  MassCancelAction,
  NewOrderAction,
  RawByte,
  VenueAction,
} from "./scenario-script.ts";
import type { OrderName, ResolvedAction } from "./scenario-venue.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: object | undefined;
  /** Whose key it is sent with; `undefined`: the operator's. */
  readonly account?: string | undefined;
}

/** Ids of accounts by name. */
export type AccountIds = (name: string) => number;

const ORDERS = "/api/v1/trading/orders";
const ADMIN = "/api/v1/admin";

/** The request an action is. */
export function toRequest(
  action: Exclude<ResolvedAction, { readonly kind: "time passes" }>,
  idOf: AccountIds,
): ApiRequest {
  switch (action.kind) {
    case "new order":
      return toNewOrder(action);
    case "cancel": {
      if (action.symbol !== undefined || action.session !== undefined) throw noWord(action.kind);
      const path = `/${toOrderPath(action.order)}`;
      return toCancel(action.account, action.isByVenue, path, idOf);
    }
    case "cancel all":
      return toMassCancel(action, idOf);
    case "replace": {
      if (action.session !== undefined) throw noWord("a session");
      const { quantity, price, clientOrderId } = action;
      const path = `${ORDERS}/${toOrderPath(action.order)}`;
      const body = { quantity, price, client_order_id: clientOrderId };
      return { method: "PATCH", path, body, account: action.account };
    }
    case "deposit":
    case "withdraw":
    case "transfer":
      return toLedgerMove(action, idOf);
    case "open session":
    case "close session":
      throw noWord("a session");
    default:
      return toAdministration(action, idOf);
  }
}

/** The path of an order below a collection. */
export function toOrderPath(order: OrderName): string {
  if ("orderId" in order) return `${order.orderId}`;
  return `client:${encodeURIComponent(order.clientOrderId)}`;
}

const TIMES_IN_FORCE = { gtc: "GTC", ioc: "IOC", fok: "FOK", post_only: "GTX" } as const;

function toNewOrder(action: NewOrderAction): ApiRequest {
  if (action.session !== undefined || action.cancelOnDisconnect) throw noWord("a session");
  const { side, type, timeInForce, selfTradePrevention } = action;
  const body = {
    symbol: action.symbol,
    side: toUpperWord(side),
    type: toUpperWord(type),
    time_in_force:
      typeof timeInForce === "string" ? TIMES_IN_FORCE[timeInForce] : toUpperWord(timeInForce),
    price: action.price,
    quantity: action.quantity,
    quote_quantity: action.budget,
    client_order_id: action.clientOrderId,
    self_trade_prevention: toUpperWord(selfTradePrevention),
  };
  return { method: "POST", path: ORDERS, body, account: action.account };
}

/** A byte without a meaning becomes a word without one. */
function toUpperWord(word: string | RawByte | undefined): string | undefined {
  if (word === undefined) return undefined;
  return typeof word === "string" ? word.toUpperCase() : `UNKNOWN_${word.byte}`;
}

function toCancel(account: string, isByVenue: boolean, path: string, idOf: AccountIds): ApiRequest {
  if (!isByVenue) return { method: "DELETE", path: `${ORDERS}${path}`, account };
  return { method: "DELETE", path: `${ADMIN}/accounts/${idOf(account)}/orders${path}` };
}

function toMassCancel(action: MassCancelAction, idOf: AccountIds): ApiRequest {
  if (action.session !== undefined) throw noWord("a session");
  const { symbol } = action;
  const query = symbol === undefined ? "" : `?symbol=${encodeURIComponent(symbol)}`;
  return toCancel(action.account, action.isByVenue, query, idOf);
}

const MOVES = { deposit: "deposits", withdraw: "withdrawals", transfer: "transfers" } as const;

function toLedgerMove(action: LedgerAction, idOf: AccountIds): ApiRequest {
  const { kind, to, amount, currency } = action;
  const toAccount = to === undefined ? {} : { to_account: idOf(to) };
  return {
    method: "POST",
    path: `/api/v1/accounts/${idOf(action.account)}/${MOVES[kind]}`,
    body: { request_id: action.requestId, currency, amount, ...toAccount },
    account: action.isByVenue ? undefined : action.account,
  };
}

function toAdministration(action: VenueAction, idOf: AccountIds): ApiRequest {
  const requestId = { request_id: action.requestId };
  switch (action.kind) {
    case "create currency": {
      const body = { code: action.code, scale: action.scale, ...requestId };
      return { method: "POST", path: `${ADMIN}/currencies`, body };
    }
    case "create account":
      return {
        method: "POST",
        path: `${ADMIN}/accounts`,
        body: { name: action.name, ...requestId },
      };
    case "create instrument": {
      const [base, quote] = action.symbol.split("-");
      const currencies = { base_currency: base, quote_currency: quote };
      const scales = { tick_size: action.tick, lot_size: action.lot };
      const body = { symbol: action.symbol, ...currencies, ...scales, ...requestId };
      return { method: "POST", path: `${ADMIN}/instruments`, body };
    }
    case "alias": {
      const target = action.of === "account" ? `${idOf(action.target)}` : action.target;
      const body = { kind: action.of, target, alias: action.text, ...requestId };
      return { method: "POST", path: `${ADMIN}/aliases`, body };
    }
    case "unalias": {
      const path = `${ADMIN}/aliases/${action.of}/${encodeURIComponent(action.text)}`;
      const query = action.requestId === undefined ? "" : `?request_id=${action.requestId}`;
      return { method: "DELETE", path: `${path}${query}` };
    }
    case "account state": {
      if (typeof action.state !== "string") throw noWord("a state that there is not");
      const path = `${ADMIN}/accounts/${idOf(action.account)}/state`;
      return { method: "PUT", path, body: { state: action.state, ...requestId } };
    }
    default:
      return toSetting(action);
  }
}

type Setting = VenueAction & {
  kind: "sweep" | "fees" | "limit" | "band" | "instrument state";
};

function toSetting(action: Setting): ApiRequest {
  const requestId = { request_id: action.requestId };
  const path = `${ADMIN}/instruments/${encodeURIComponent(action.symbol)}`;
  switch (action.kind) {
    case "sweep":
      return { method: "POST", path: `${path}/sweep`, body: requestId };
    case "fees": {
      const body = { maker_rate: action.maker, taker_rate: action.taker, ...requestId };
      return { method: "PUT", path: `${path}/fees`, body };
    }
    case "limit": {
      const limit =
        typeof action.limit === "string" ? action.limit : `unknown_${action.limit.byte}`;
      const isNone = action.value === "0" && limit !== "open_orders_max";
      const body = { value: isNone ? null : action.value, ...requestId };
      return { method: "PUT", path: `${path}/limits/${limit}`, body };
    }
    case "band": {
      const { reference = null, band = null, bothSides } = action;
      const body = { reference_price: reference, band, both_sides: bothSides, ...requestId };
      return { method: "PUT", path: `${path}/band`, body };
    }
    case "instrument state": {
      if (typeof action.state !== "string") throw noWord("a state that there is not");
      return { method: "PUT", path: `${path}/state`, body: { state: action.state, ...requestId } };
    }
  }
}

function noWord(thing: string): Error {
  return new Error(`HTTP has no word for ${thing}: mark the line engine`);
}

// One transaction → its entries, one per change, in order. A pure function: the same transaction
// gives the same entries, whoever asks and whenever.

import { accountStateNames } from "../domain/account.ts";
import type { Change, Level, SessionRequest, Transaction } from "../domain/change.ts";
import { formatAmount, formatDecimal, formatRate } from "../domain/decimal.ts";
import { type Instrument, instrumentStateNames, nameKindNames } from "../domain/instrument.ts";
import { Side } from "../domain/order.ts";
import { type Amount, toAmount } from "../domain/units.ts";
import {
  type ChangeType,
  type EntityType,
  type KeyedEntry,
  type Texts,
  toCreated,
  toEntry,
  toUpdated,
} from "./entry.ts";
import { type ChangeNames, findCurrency, InstrumentTexts, orNone } from "./names.ts";
import { toOrderCreated, toOrderUpdated, TradedSums, toTradeCreated } from "./order-entries.ts";

/** A change without its place. */
interface Written {
  readonly type: EntityType;
  readonly id: string;
  readonly change: ChangeType;
  readonly instrument?: number;
  readonly account?: number;
}

/**
 * Writes the changes of one transaction.
 *
 * Errors: throws when an instrument or currency that moved is not known to `names`.
 */
export function toChangeEntries(transaction: Transaction, names: ChangeNames): KeyedEntry[] {
  const { sequence, timeUs, changes } = transaction;
  const traded = new TradedSums();
  return changes.map((each, sub) => {
    if (each.entity === "trade") traded.add(each);
    const written =
      each.entity === "request" ? writeRequest(each, transaction) : write(each, traded, names);
    const { type, id, change, instrument = 0, account = 0 } = written;
    return { entry: toEntry(type, id, change, { timeUs, sequence, sub }), instrument, account };
  });
}

/** Its id is the command's sequence: a command has one at most. */
function writeRequest(request: SessionRequest, { sequence, account }: Transaction): Written {
  const { sessionId, orderId, orderStatus, requestId, targetClientOrderId } = request;
  const texts = {
    ...{ account: `${account}`, session: orNone(sessionId, `${sessionId}`) },
    ...{ order_id: orNone(orderId, `${orderId}`), request_id: requestId },
    ...{ target_client_order_id: targetClientOrderId, status: `${orderStatus ?? ""}` },
  };
  return { type: "Request", id: `${sequence}`, change: toCreated(texts), account };
}

type Entity = Exclude<Change, { entity: "request" }>;

function write(change: Entity, traded: TradedSums, names: ChangeNames): Written {
  switch (change.entity) {
    case "order":
      return {
        ...{ type: "SpotOrder", id: `${change.orderId}` },
        change:
          change.change === "updated"
            ? toOrderUpdated(change, traded.take(change.orderId), names)
            : toOrderCreated(change, names),
        ...{ instrument: change.instrument, account: change.account },
      };
    case "trade": {
      const { instrument, tradeId } = change;
      const created = toTradeCreated(change, names);
      return { type: "SpotTrade", id: `${instrument}:${tradeId}`, change: created, instrument };
    }
    case "level":
      return writeLevel(change, change.change === "deleted", names);
    case "balance":
      return writeBalance(change, names);
    case "instrument":
      return writeInstrument(change, change.change === "updated", names);
    default:
      return writeRest(change);
  }
}

function writeLevel(level: Level, isDeleted: boolean, names: ChangeNames): Written {
  const { instrument, side, price, quantity, orderCount } = level;
  const texts = new InstrumentTexts(instrument, names);
  const id = `${instrument}:${side === Side.buy ? "bid" : "ask"}:${texts.price(price)}`;
  const after = { quantity: texts.quantity(quantity), order_count: `${orderCount}` };
  const change = isDeleted ? "Deleted" : toUpdated({}, after);
  return { type: "Level", id, change, instrument };
}

function writeBalance(balance: Change & { entity: "balance" }, names: ChangeNames): Written {
  const { account } = balance;
  const { code, scale } = findCurrency(balance.currency, names);
  const toTexts = (available: Amount, frozen: Amount): Texts => ({
    available: formatAmount(available, scale),
    frozen: formatAmount(frozen, scale),
    total: formatAmount(toAmount(available + frozen), scale),
  });
  const before = toTexts(balance.availableBefore, balance.frozenBefore);
  const after = toTexts(balance.availableAfter, balance.frozenAfter);
  return { type: "Balance", id: `${account}:${code}`, change: toUpdated(before, after), account };
}

/** An update's record is the whole instrument as it stands; what it was before it does not say. */
function writeInstrument(instrument: Instrument, isUpdated: boolean, names: ChangeNames): Written {
  const id = instrument.instrumentId;
  const texts = toInstrumentTexts(instrument, names);
  const lasting = {
    symbol: instrument.symbol,
    base_currency: findCurrency(instrument.baseCurrency, names).code,
    quote_currency: findCurrency(instrument.quoteCurrency, names).code,
    tick_size: formatDecimal(BigInt(instrument.tickMantissa), instrument.tickExponent),
    lot_size: new InstrumentTexts(id, names).base(instrument.lotSize),
  };
  const change = isUpdated ? toUpdated({}, texts) : toCreated({ ...lasting, ...texts });
  return { type: "Instrument", id: `${id}`, change, instrument: id };
}

function toInstrumentTexts(instrument: Instrument, names: ChangeNames): Texts {
  const texts = new InstrumentTexts(instrument.instrumentId, names);
  const { quantityMin, quantityMax, notionalMin, orderValueMax, positionMax } = instrument;
  const { referencePrice, band, lastTradePrice } = instrument;
  return {
    state: instrumentStateNames[instrument.state],
    both_sides: `${instrument.bothSides}`,
    maker_rate: formatRate(instrument.makerRate),
    taker_rate: formatRate(instrument.takerRate),
    quantity_min: orNone(quantityMin, texts.quantity(quantityMin)),
    quantity_max: orNone(quantityMax, texts.quantity(quantityMax)),
    notional_min: orNone(notionalMin, texts.quote(notionalMin)),
    order_value_max: orNone(orderValueMax, texts.quote(orderValueMax)),
    open_orders_max: `${instrument.openOrdersMax}`,
    position_max: orNone(positionMax, texts.quantity(positionMax)),
    reference_price: orNone(referencePrice, texts.price(referencePrice)),
    band: orNone(band, formatRate(band)),
    fee_accumulator: texts.quote(instrument.feeAccumulator),
    next_trade_id: `${instrument.nextTradeId}`,
    last_trade_price: orNone(lastTradePrice, texts.price(lastTradePrice)),
  };
}

type Rest = Exclude<Entity, { entity: "order" | "trade" | "level" | "balance" | "instrument" }>;

/** Who there is, and what time it is: entities without numbers to scale. */
function writeRest(change: Rest): Written {
  switch (change.entity) {
    case "account": {
      const { accountId: account, name } = change;
      const state = accountStateNames[change.state];
      const written =
        change.change === "updated" ? toUpdated({}, { state }) : toCreated({ name, state });
      return { type: "Account", id: `${account}`, change: written, account };
    }
    case "currency": {
      const texts = { code: change.code, scale: `${change.scale}` };
      return { type: "Currency", id: `${change.currencyId}`, change: toCreated(texts) };
    }
    case "session": {
      const { sessionId, account, name, cancelOnDisconnect, openedAtUs } = change;
      const texts = {
        ...{ account: `${account}`, name },
        ...{ cancel_on_disconnect: `${cancelOnDisconnect}`, opened_at_us: `${openedAtUs}` },
      };
      const written = change.change === "deleted" ? "Deleted" : toCreated(texts);
      return { type: "Session", id: `${sessionId}`, change: written, account };
    }
    case "clock": {
      const written = toUpdated({}, { time_us: `${change.timeUs}` });
      return { type: "Clock", id: "clock", change: written };
    }
    case "alias": {
      const kind = nameKindNames[change.kind];
      const texts = { kind, text: change.text, target: `${change.targetId}` };
      const written = change.change === "deleted" ? "Deleted" : toCreated(texts);
      return { type: "Alias", id: `${kind}:${change.text}`, change: written };
    }
  }
}

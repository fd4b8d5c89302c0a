// Reads what must be so after a command: the `then` lines of a scenario.

import { readOrderReference, readReason } from "./scenario-commands.ts";
import {
  type BookLevel,
  type Check,
  type Fill,
  INSTRUMENT_FIELDS,
  ORDER_FIELDS,
  type OrderReference,
} from "./scenario-script.ts";
import type { Words } from "./scenario-words.ts";

export function readCheck(words: Words): Check {
  const subject = words.choose([
    ...(["account", "book", "order", "orders", "trades", "instrument", "sessions"] as const),
    ...(["sequence", "changes"] as const),
  ]);
  switch (subject) {
    case "account":
      return readAccount(words);
    case "book":
      return readBook(words);
    case "order":
      return readOrder(words);
    case "orders":
      return readOpenOrders(words);
    case "trades": {
      const symbol = words.takeIf("on") ? words.name("an instrument") : undefined;
      const trades = words.takeIf("none") ? [] : readList(words, () => readFill(words));
      return { kind: "trades", symbol, trades };
    }
    case "instrument": {
      const symbol = words.name("an instrument");
      return { kind: "instrument", symbol, fields: readFields(words, INSTRUMENT_FIELDS) };
    }
    case "sessions":
      return { kind: "sessions", count: words.count("a number of sessions") };
    case "sequence":
      words.take("moved");
      return { kind: "sequence", moved: words.count("a number of commands") };
    case "changes":
      return { kind: "changes", changes: readChanges(words) };
  }
}

function readAccount(words: Words): Check {
  const account = words.name("an account");
  if (words.takeIf("is")) {
    return { kind: "account", account, state: words.choose(["active", "suspended"]) };
  }
  const balances: { currency: string; available: string; frozen: string }[] = [];
  do {
    const currency = words.name("a currency");
    words.take("available");
    const available = words.number("an amount");
    const frozen = words.takeIf("frozen") ? words.number("an amount") : "0";
    balances.push({ currency, available, frozen });
  } while (!words.isAtEnd);
  return { kind: "balances", account, balances };
}

function readBook(words: Words): Check {
  const isSide = /^(is|bids|asks)$/.test(words.peek());
  const symbol = isSide ? undefined : words.name("an instrument");
  if (words.takeIf("is")) {
    words.take("empty");
    return { kind: "book", symbol, bids: [], asks: [] };
  }
  const bids = words.takeIf("bids") ? readSide(words) : undefined;
  const asks = words.takeIf("asks") ? readSide(words) : undefined;
  if (bids === undefined && asks === undefined) words.fail("expected bids or asks");
  return { kind: "book", symbol, bids, asks };
}

function readSide(words: Words): BookLevel[] {
  if (words.takeIf("none")) return [];
  return readList(words, () => {
    const fill = readFill(words);
    const orders = words.takeIf("in") ? words.count("a number of orders") : undefined;
    return { ...fill, orders };
  });
}

function readOrder(words: Words): Check {
  const order = readOrderReference(words);
  words.take("of");
  const account = words.name("an account");
  words.take("is");
  const status = words.choose([
    ...(["unknown", "pending", "partially_filled", "filled", "cancelled"] as const),
  ]);
  const reason = status === "cancelled" ? readReason(words) : undefined;
  const fields = status === "unknown" ? new Map() : readFields(words, ORDER_FIELDS);
  return {
    kind: "order",
    ...{ account, order, reason, fields },
    status: status === "unknown" ? undefined : status,
  };
}

function readOpenOrders(words: Words): Check {
  words.take("of");
  const account = words.name("an account");
  words.take("are");
  const orders: OrderReference[] = words.takeIf("none")
    ? []
    : readList(words, () => readOrderReference(words));
  return { kind: "open orders", account, orders };
}

/** Words up to each comma, as the player writes changes. */
function readChanges(words: Words): string[] {
  if (words.takeIf("none")) return [];
  return readList(words, () => {
    const change = [words.name("a change")];
    while (!words.isAtEnd && words.peek() !== ",") change.push(words.name("a change"));
    return change.join(" ");
  });
}

function readFields<Field extends string>(
  words: Words,
  names: readonly Field[],
): Map<Field, string> {
  const fields = new Map<Field, string>();
  while (!words.isAtEnd) {
    const name = words.choose(names);
    if (fields.has(name)) words.fail(`${name} is said twice`);
    fields.set(name, words.name(`the value of ${name}`));
  }
  return fields;
}

function readFill(words: Words): Fill {
  const quantity = words.number("a quantity");
  words.take("@");
  return { quantity, price: words.number("a price") };
}

function readList<Item>(words: Words, readItem: () => Item): Item[] {
  const items = [readItem()];
  while (words.takeIf(",")) items.push(readItem());
  return items;
}

// The market that the layer "push" follows: one seller, or one per client, and one buyer whose
// every order buys one lot. Which order a message tells of can be read in it.

export const SYMBOL = "BASE-QUOTE";
export const PRICE_TICKS = 1_000;
export const PRICE_TEXT = "10.00";
/** Lots of the one seller: more than a run buys. */
export const LOTS = 100_000_000;

const LOT_DIGITS = 5;

/** Buys one lot at once. */
export const ORDER = {
  ...{ symbol: SYMBOL, side: "BUY", type: "LIMIT", time_in_force: "IOC" },
  ...{ price: PRICE_TEXT, quantity: toLotsText(1) },
};

/** What is followed: the tape, the book, or each client its own fills. */
export const FEED_KINDS = ["trades", "book", "fills"] as const;
export type FeedKind = (typeof FEED_KINDS)[number];

export const CHANNELS: Readonly<Record<FeedKind, string>> = {
  trades: `trades:${SYMBOL}`,
  book: `book:${SYMBOL}`,
  fills: "executions",
};

export function toLotsText(lots: number): string {
  const digits = `${lots}`.padStart(LOT_DIGITS + 1, "0");
  return `${digits.slice(0, -LOT_DIGITS)}.${digits.slice(-LOT_DIGITS)}`;
}

export function isFeedKind(text: string): text is FeedKind {
  return FEED_KINDS.some((kind) => kind === text);
}

const TRADE_ID = Buffer.from('"trade_id":');
const TRADED_AT = Buffer.from('"traded_at_us":');
/** Behind the quantity of the last level of a book: `"]]}`. */
const BOOK_TAIL = 4;
const [DIGIT_0, DIGIT_9, POINT] = [0x30, 0x39, 0x2e];

/** The order, from 0, that a message tells of; -1 of one that tells of none. */
export function orderOf(kind: FeedKind, bytes: Buffer, from: number, to: number): number {
  if (kind === "book") return LOTS - lotsBefore(bytes, to - BOOK_TAIL) - 1;
  return numberAfter(TRADE_ID, bytes, from, to) - 1;
}

/** When the trade of a message of the tape was made. Units: µs since 1970. */
export function tradedAtUs(bytes: Buffer, from: number, to: number): number {
  return numberAfter(TRADED_AT, bytes, from, to);
}

/** Whether it is a message of a channel, and not the reply to a request. */
export function isChannelMessage(bytes: Buffer, from: number): boolean {
  return bytes[from + 2] === 0x63;
}

/** Whether a message of the channel is a snapshot. */
export function isSnapshot(kind: FeedKind, bytes: Buffer, from: number): boolean {
  return bytes[from + SNAPSHOT_AT[kind]] === 0x73;
}

/** Where the type of a message begins. */
const SNAPSHOT_AT: Readonly<Record<FeedKind, number>> = {
  trades: typeAt("trades"),
  book: typeAt("book"),
  fills: typeAt("fills"),
};

function typeAt(kind: FeedKind): number {
  return `{"channel":"${CHANNELS[kind]}","type":"`.length;
}

/** 0 when the name is not there. */
function numberAfter(name: Buffer, bytes: Buffer, from: number, to: number): number {
  const found = bytes.indexOf(name, from);
  if (found < 0 || found >= to) return 0;
  let value = 0;
  for (let at = found + name.length; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < DIGIT_0 || byte > DIGIT_9) break;
    value = value * 10 + byte - DIGIT_0;
  }
  return value;
}

/** The number of lots whose text ends before `end`. */
function lotsBefore(bytes: Buffer, end: number): number {
  let lots = 0;
  let worth = 1;
  for (let at = end - 1; ; at -= 1) {
    const byte = bytes[at] ?? 0;
    if (byte === POINT) continue;
    if (byte < DIGIT_0 || byte > DIGIT_9) return lots;
    lots += (byte - DIGIT_0) * worth;
    worth *= 10;
  }
}

// The HTTP queries of the page. All go to where it came from.

import type { Execution, Health, Instrument, Kline, Ticker } from "./messages.ts";

/** A query that takes longer counts as failed. */
const QUERY_MS_MAX = 8_000;

/** Returns `undefined` when the venue does not answer or refuses. */
async function ask(path: string, token?: string): Promise<unknown> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    const answer = await fetch(path, { headers, signal: AbortSignal.timeout(QUERY_MS_MAX) });
    return answer.ok || path === HEALTH ? await answer.json() : undefined;
  } catch {
    // No connection: the state of the feed says so.
    return undefined;
  }
}

const HEALTH = "/health";

export async function fetchInstruments(): Promise<readonly Instrument[] | undefined> {
  // why: the shape of the API document
  const answer = (await ask("/api/v1/instruments")) as { instruments: Instrument[] } | undefined;
  return answer?.instruments;
}

export async function fetchTickers(): Promise<readonly Ticker[]> {
  // why: the shape of the API document
  const answer = (await ask("/api/v1/data/tickers")) as { tickers: Ticker[] } | undefined;
  return answer?.tickers ?? [];
}

export async function fetchKlines(
  symbol: string,
  interval: string,
): Promise<readonly Kline[] | undefined> {
  const query = new URLSearchParams({ interval, limit: "300" });
  const path = `/api/v1/data/history/${encodeURIComponent(symbol)}/klines?${query.toString()}`;
  // why: the shape of the API document
  const answer = (await ask(path)) as { klines: Kline[] } | undefined;
  return answer?.klines;
}

export async function fetchExecutions(token: string): Promise<readonly Execution[]> {
  // why: the shape of the API document
  const answer = (await ask("/api/v1/trading/trades?limit=50", token)) as
    { trades: Execution[] } | undefined;
  return answer?.trades ?? [];
}

/** Also of a venue that is not well: its refusal has the same members. */
export async function fetchHealth(): Promise<Health | undefined> {
  // why: the shape of the API document; a refusal before the endpoint has no members of it
  const answer = (await ask(HEALTH)) as Partial<Health> | undefined;
  const { core, journal, clock, stages } = answer ?? {};
  if (core === undefined || journal === undefined) return undefined;
  return clock === undefined || stages === undefined ? undefined : { core, journal, clock, stages };
}

// The live page: what is chosen, what is heard, and where it is shown.

import { AccountView } from "./account-view.ts";
import { Candles, INTERVALS } from "./candles.ts";
import { ChartView } from "./chart-view.ts";
import { byId } from "./dom.ts";
import { Feed, LostReply } from "./feed.ts";
import { group } from "./format.ts";
import { Holdings } from "./holdings.ts";
import { InstrumentsView } from "./instruments-view.ts";
import { LEVELS, MarketView } from "./market-view.ts";
import { type ChannelMessage, describe, type Instrument, type Problem } from "./messages.ts";
import type { Reply } from "./messages.ts";
import { StatusView } from "./status-view.ts";
import { TicketView } from "./ticket-view.ts";
import { fetchExecutions, fetchHealth, fetchInstruments } from "./venue-api.ts";
import { fetchKlines, fetchTickers } from "./venue-api.ts";

/** How often figures that no channel tells are asked for. */
const FIGURES_MS = 4_000;
const STATUS_MS = 500;
/** The key is kept for this tab and ends with it. */
const KEY = "openbell-key";

class Page {
  readonly #market = new MarketView((price) => this.#ticket.setPrice(price));
  readonly #chart = new ChartView(byId("chart", HTMLElement));
  readonly #list = new InstrumentsView((symbol) => this.#choose(symbol));
  readonly #status = new StatusView();
  readonly #holdings = new Holdings();
  readonly #account = new AccountView((order) => void this.#cancel(order));
  readonly #ticket = new TicketView({
    onKey: (token) => this.#enter(token),
    onForget: () => this.#leave(),
    onOrder: (body) => void this.#place(body),
  });
  readonly #feed: Feed;
  #instruments: readonly Instrument[] = [];
  #chosen: Instrument | undefined;
  #interval = "1m";
  #candles = new Candles(60);

  constructor() {
    const { protocol, host } = window.location;
    this.#feed = new Feed(`${protocol === "https:" ? "wss:" : "ws:"}//${host}/ws`, {
      onMessage: (message) => this.#hear(message),
      onLive: () => void this.#refresh(),
      onLogin: (refusal) => this.#showLogin(refusal),
    });
    const intervals = byId("intervals", HTMLFieldSetElement);
    intervals.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#setInterval(target.value);
    });
  }

  start(): void {
    this.#ticket.setLogin(false);
    const token = sessionStorage.getItem(KEY);
    if (token !== null) this.#feed.login(token);
    this.#feed.start();
    setInterval(() => void this.#showFigures(), FIGURES_MS);
    setInterval(() => this.#status.showLink(this.#feed.link), STATUS_MS);
  }

  /** The venue is there, again or for the first time: everything is asked anew. */
  async #refresh(): Promise<void> {
    this.#status.showLink(this.#feed.link);
    const instruments = await fetchInstruments();
    if (instruments === undefined) return;
    this.#instruments = instruments;
    this.#list.list(instruments);
    const [first] = instruments;
    if (this.#chosen === undefined && first !== undefined) this.#choose(first.symbol);
    else void this.#loadCandles();
    await this.#showFigures();
  }

  #choose(symbol: string): void {
    const chosen = this.#instruments.find((each) => each.symbol === symbol);
    if (chosen === undefined) return;
    this.#chosen = chosen;
    this.#list.choose(symbol);
    this.#market.clear();
    this.#ticket.choose(symbol, chosen.base_currency, chosen.quote_currency);
    this.#feed.follow([bookOf(symbol), tradesOf(symbol)]);
    this.#setInterval(this.#interval);
    void this.#showFigures();
  }

  #setInterval(interval: string): void {
    this.#interval = interval;
    this.#candles = new Candles(INTERVALS.get(interval) ?? 60);
    this.#chart.showAll([], this.#chosen?.tick_size ?? "1");
    void this.#loadCandles();
  }

  async #loadCandles(): Promise<void> {
    const [candles, chosen] = [this.#candles, this.#chosen];
    if (chosen === undefined) return;
    candles.reset();
    const klines = await fetchKlines(chosen.symbol, this.#interval);
    // Another instrument or interval may have been chosen meanwhile.
    if (candles !== this.#candles) return;
    candles.load(klines ?? []);
    this.#chart.showAll(candles.bars, chosen.tick_size);
  }

  #hear(message: ChannelMessage): void {
    const { channel, type, bids = [], asks = [], trades } = message;
    const symbol = this.#chosen?.symbol ?? "";
    if (channel === bookOf(symbol)) this.#market.showBook(bids, asks);
    else if (channel === tradesOf(symbol) && trades !== undefined) {
      this.#market.showTrades(trades, type === "snapshot");
      this.#candles.add(trades);
      this.#chart.showNewest(this.#candles.bars);
      const last = trades.at(-1);
      if (last !== undefined) this.#list.showLast(symbol, last.price);
    } else if (!channel.includes(":")) {
      this.#holdings.apply(message);
      if (channel === "executions" && type === "snapshot") void this.#loadExecutions();
      this.#account.show(this.#holdings);
    }
  }

  /** Also those that happened while there was no connection. */
  async #loadExecutions(): Promise<void> {
    const token = sessionStorage.getItem(KEY);
    if (token === null) return;
    this.#holdings.addExecutions(await fetchExecutions(token));
    this.#account.show(this.#holdings);
  }

  async #showFigures(): Promise<void> {
    const [tickers, health] = await Promise.all([fetchTickers(), fetchHealth()]);
    for (const ticker of tickers) {
      this.#list.showDay(ticker);
      if (ticker.symbol === this.#chosen?.symbol) this.#list.showHead(ticker, this.#chosen);
    }
    this.#status.showHealth(health);
  }

  #enter(token: string): void {
    sessionStorage.setItem(KEY, token);
    this.#feed.login(token);
  }

  #showLogin(refusal: Problem | undefined): void {
    this.#ticket.setLogin(refusal === undefined);
    if (refusal === undefined) {
      this.#ticket.say("", "plain");
      return;
    }
    sessionStorage.removeItem(KEY);
    this.#ticket.say(describe(refusal), "bad");
  }

  #leave(): void {
    sessionStorage.removeItem(KEY);
    this.#holdings.clear();
    this.#account.show(this.#holdings);
    this.#ticket.setLogin(false);
    this.#ticket.say("The key is forgotten", "plain");
    this.#feed.logout();
  }

  async #place(body: Readonly<Record<string, string>>): Promise<void> {
    this.#ticket.say("Sent…", "plain");
    const startedMs = performance.now();
    const reply = await this.#ask("order.place", { body });
    if (reply?.result === undefined) return;
    this.#status.showOrderTime(performance.now() - startedMs);
    const { status_name: status, filled, average_price: average, reason } = reply.result;
    const words = [`Order ${reply.result.order_id}: ${status.replace("_", " ")}`];
    if (/[1-9]/.test(filled)) words.push(`filled ${filled} at ${group(average ?? "–")}`);
    if (reason !== null) words.push(reason.replaceAll("_", " "));
    this.#ticket.say(words.join(", "), "good");
  }

  async #cancel(order: number): Promise<void> {
    const reply = await this.#ask("order.cancel", { order });
    if (reply?.ok === true) this.#ticket.say(`Order ${order}: cancelled`, "good");
    // The button of an order that is still there works again.
    else this.#account.show(this.#holdings);
  }

  /** Returns the answer; of a refusal it tells, and so of no answer. */
  async #ask(op: string, members: object): Promise<Reply | undefined> {
    try {
      const reply = await this.#feed.ask(op, members);
      if (reply.error !== undefined) this.#ticket.say(describe(reply.error), "bad");
      return reply;
    } catch (error) {
      if (!(error instanceof LostReply)) throw error;
      const text = "No answer from the venue: look at the open orders before you send it again";
      this.#ticket.say(text, "bad");
      return undefined;
    }
  }
}

function bookOf(symbol: string): string {
  return `book:${symbol}:${LEVELS}`;
}

function tradesOf(symbol: string): string {
  return `trades:${symbol}`;
}

new Page().start();

// One session of a load: which orders it has open, and what its next request is.

import { LatencyHistogram } from "../histogram.ts";
import type { Connection, OrderTerms, Outcome, Request } from "./connection.ts";
import type { Market } from "./market.ts";
import type { Draw, Draws, RequestKind } from "./mix.ts";

/** A request that waits for its answer. */
interface Sent {
  readonly request: Request;
  /** When it was due; in a closed loop, when it was sent. */
  readonly dueNs: number;
  readonly isCounted: boolean;
}

/** What all sessions found together. */
export class Findings {
  readonly all = new LatencyHistogram();
  readonly byKind: Readonly<Record<RequestKind, LatencyHistogram>> = {
    limit: new LatencyHistogram(),
    take: new LatencyHistogram(),
    cancel: new LatencyHistogram(),
    replace: new LatencyHistogram(),
  };
  /** How late the load saw that a request was due; nothing in a closed loop. */
  readonly late = new LatencyHistogram();
  /** Refusals by the venue's words. */
  readonly refusals = new Map<string, number>();
}

export class LoadSession {
  readonly #prefix: string;
  readonly #market: Pick<Market, "termsOf">;
  readonly #draws: Draws;
  readonly #findings: Findings;
  readonly #openMax: number;
  /** Open orders that nothing is on its way to, by client order id. */
  readonly #open = new Map<string, OrderTerms>();
  readonly #sent = new Map<string, Sent>();
  #connection: Connection | undefined;
  #count = 0;

  /** `prefix`: of its client order ids, its own. Bounds: it has at most `openMax` orders open. */
  constructor(options: {
    prefix: string;
    market: Pick<Market, "termsOf">;
    draws: Draws;
    findings: Findings;
    openMax: number;
  }) {
    this.#prefix = options.prefix;
    this.#market = options.market;
    this.#draws = options.draws;
    this.#findings = options.findings;
    this.#openMax = options.openMax;
  }

  attach(connection: Connection): void {
    this.#connection = connection;
  }

  /** Requests without an answer. */
  get inFlight(): number {
    return this.#sent.size;
  }

  get hasRoom(): boolean {
    return this.#sent.size < (this.#connection?.inFlightMax ?? 0);
  }

  close(): Promise<void> {
    return this.#connection?.close() ?? Promise.resolve();
  }

  send(dueNs: number, isCounted: boolean): void {
    const request = this.#next(this.#draws.next());
    this.#sent.set(request.id, { request, dueNs, isCounted });
    this.#connection?.send(request);
  }

  /** An answer has come. Returns false when nobody waited for it. */
  answered({ id, isOpen, refusal }: Outcome, atNs: number): boolean {
    const sent = this.#sent.get(id);
    if (sent === undefined) return false;
    this.#sent.delete(id);
    const { request, dueNs, isCounted } = sent;
    if (isOpen) this.#open.set(id, request.terms);
    if (!isCounted) return true;
    const { all, byKind, refusals } = this.#findings;
    if (refusal !== undefined) refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
    all.add(atNs - dueNs);
    byKind[request.kind].add(atNs - dueNs);
    return true;
  }

  ended(id: string): void {
    this.#open.delete(id);
  }

  /** What was drawn, as far as the open orders allow it. */
  #next(draw: Draw): Request {
    this.#count += 1;
    const id = `${this.#prefix}${this.#count}`;
    const isFull = this.#open.size + this.#sent.size >= this.#openMax;
    const kind = draw.kind === "limit" && isFull ? "cancel" : draw.kind;
    if (kind === "limit" || kind === "take") {
      return { kind, id, terms: this.#market.termsOf({ ...draw, kind }) };
    }
    const orderId = this.#takeOpen(draw.target);
    const open = orderId === undefined ? undefined : this.#open.get(orderId);
    if (orderId === undefined || open === undefined) {
      return { kind: "limit", id, terms: this.#market.termsOf({ ...draw, kind: "limit" }) };
    }
    this.#open.delete(orderId);
    if (kind === "cancel") return { kind, id, orderId, terms: open };
    const { side } = open;
    return { kind, id, orderId, terms: this.#market.termsOf({ ...draw, side, kind: "limit" }) };
  }

  /** A nearly uniform choice: one of the oldest, where there are many. */
  #takeOpen(target: number): string | undefined {
    let place = Math.floor(target * Math.min(this.#open.size, CHOICE_MAX));
    for (const id of this.#open.keys()) {
      if (place === 0) return id;
      place -= 1;
    }
    return undefined;
  }
}

/** Of so many of the oldest open orders one is chosen: looking further would cost the client. */
const CHOICE_MAX = 32;

// Reads request bodies within bounds of size and time. Bun's own limit answers without a document,
// so it is set out of reach and the bounds are kept here.

import type { Clock, StopTimer } from "../../clock.ts";
import { RejectCode } from "../../domain/reject.ts";

export interface BodyLimits {
  readonly bytesMax: number;
  readonly timeoutMs: number;
}

export type BodyResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reject: RejectCode };

const TOO_LARGE: BodyResult = { ok: false, reject: RejectCode.body_too_large };
const TOO_SLOW: BodyResult = { ok: false, reject: RejectCode.request_timeout };
/** The client went away: nobody reads the answer. */
const BROKEN: BodyResult = { ok: false, reject: RejectCode.malformed_request };

/**
 * How often deadlines are looked at: what a slow body may take beyond its time, in milliseconds.
 */
const SWEEP_MS = 100;

interface Reading {
  readonly deadlineUs: number;
  readonly expire: (result: BodyResult) => void;
}

/**
 * Reads bodies against one deadline each.
 *
 * Cost: no timer per request; one sweep looks at the oldest while any body is being read.
 */
export class BodyReader {
  readonly #limits: BodyLimits;
  readonly #clock: Clock;
  /** In order of deadline, because all have the same time. */
  readonly #readings = new Set<Reading>();
  #stopSweep: StopTimer | undefined;

  constructor(limits: BodyLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Whether a body of more than the bound is announced. */
  isTooLarge(request: Request): boolean {
    const declared = request.headers.get("content-length");
    return declared !== null && Number(declared) > this.#limits.bytesMax;
  }

  /** Reads a body that is not announced as too large. Errors: body_too_large, request_timeout. */
  read(request: Request): Promise<BodyResult> {
    const isBounded = !request.headers.has("transfer-encoding");
    const reading = isBounded ? readAll(request) : readChunks(request, this.#limits.bytesMax);
    return new Promise((resolve) => {
      const entry = {
        deadlineUs: this.#clock.elapsedUs() + this.#limits.timeoutMs * 1_000,
        expire: resolve,
      };
      this.#readings.add(entry);
      this.#stopSweep ??= this.#clock.every(SWEEP_MS, () => this.#sweep());
      void reading.then((result) => {
        this.#readings.delete(entry);
        resolve(result);
      });
    });
  }

  #sweep(): void {
    const nowUs = this.#clock.elapsedUs();
    for (const reading of this.#readings) {
      if (reading.deadlineUs > nowUs) break;
      this.#readings.delete(reading);
      reading.expire(TOO_SLOW);
    }
    if (this.#readings.size > 0) return;
    this.#stopSweep?.();
    this.#stopSweep = undefined;
  }
}

async function readAll(request: Request): Promise<BodyResult> {
  try {
    return { ok: true, text: await request.text() };
  } catch {
    return BROKEN;
  }
}

/** A body of unknown length is read piece by piece, and no further than the bound. */
async function readChunks(request: Request, bytesMax: number): Promise<BodyResult> {
  if (request.body === null) return { ok: true, text: "" };
  const decoder = new TextDecoder();
  let text = "";
  let byteCount = 0;
  try {
    for await (const chunk of request.body) {
      byteCount += chunk.length;
      if (byteCount > bytesMax) return TOO_LARGE;
      text += decoder.decode(chunk, { stream: true });
    }
    return { ok: true, text: text + decoder.decode() };
  } catch {
    return BROKEN;
  }
}

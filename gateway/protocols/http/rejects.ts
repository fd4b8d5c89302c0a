// Refusals as RFC 9457 problem documents. Every error of the HTTP door is made here, from the one
// table of codes; details of faults go to the log, not to clients.

import { RejectCode, rejectByNumber } from "../../domain/reject.ts";

/** What is wrong with one field. */
export interface FieldError {
  /** Path in the body or query, `fills.0.price`; empty = the whole. */
  readonly field: string;
  readonly detail: string;
}

/** What a problem says beyond its code. */
export interface ProblemDetails {
  readonly detail?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  /** Whole seconds until the same request may succeed. */
  readonly retryAfterSeconds?: number | undefined;
  /** Methods that the resource has, for method_not_allowed. */
  readonly allow?: string | undefined;
  /** The rest of the request is not read: the connection ends with the answer. */
  readonly closesConnection?: boolean | undefined;
  /** Further members, such as the id and sequence of an order that the engine rejected. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Where a request was refused. Of `form` and `entry` the metrics hear from the HTTP session, of
 * `engine` from the change log; `form` never reached order entry, which would have counted it
 * against the key.
 */
export type RefusalStage = "form" | "entry" | "engine";

/** An answer that is no success. */
export class Refusal {
  readonly code: RejectCode;
  readonly details: ProblemDetails;
  readonly stage: RefusalStage;

  constructor(code: RejectCode, details: ProblemDetails = {}, stage: RefusalStage = "form") {
    this.code = code;
    this.details = details;
    this.stage = stage;
  }
}

/** A refusal that says when to come back. */
export function throttledFor(waitUs: number, stage: RefusalStage = "form"): Refusal {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitUs / 1_000_000));
  return new Refusal(RejectCode.throttled, { retryAfterSeconds }, stage);
}

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** The body of a problem. */
export function problemBody(code: RejectCode, details: ProblemDetails = {}) {
  const row = rejectByNumber[code];
  return {
    type: `urn:openbell:problem:${row.name}`,
    title: row.text,
    status: row.http,
    code: row.number,
    name: row.name,
    detail: details.detail ?? row.text,
    retryable: row.retryable,
    ...(details.errors === undefined ? {} : { errors: details.errors }),
    ...details.members,
  };
}

/** The answer to a request that is refused. */
export function problem(code: RejectCode, details: ProblemDetails = {}): Response {
  const { http, retryable } = rejectByNumber[code];
  const headers: Record<string, string> = {
    "content-type": PROBLEM_MEDIA_TYPE,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  const isOverload = http === 429 || (http === 503 && retryable);
  if (isOverload) headers["retry-after"] = String(details.retryAfterSeconds ?? 1);
  if (details.allow !== undefined) headers["allow"] = details.allow;
  if (http === 401) headers["www-authenticate"] = 'Bearer realm="openbell"';
  if (details.closesConnection === true) headers["connection"] = "close";
  return new Response(JSON.stringify(problemBody(code, details)), { status: http, headers });
}

// Refusals as messages, with the fields of the problem documents of HTTP; and why connections end.

import type { RejectCode } from "../../domain/reject.ts";
import { problemBody } from "../http/rejects.ts";
import type { ProblemDetails } from "../http/rejects.ts";

/** What a reply says of the request it answers. */
export interface RequestName {
  /** Absent when the request had none, or none that could be read. */
  readonly id?: string | number | undefined;
  readonly op?: string | undefined;
}

/** The reply to a request that is refused. */
export function errorReply(
  { id, op }: RequestName,
  code: RejectCode,
  details: ProblemDetails = {},
): string {
  const { retryAfterSeconds } = details;
  const wait = retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds };
  return JSON.stringify({ id, op, ok: false, error: { ...problemBody(code, details), ...wait } });
}

/** Reason of a close that the venue decides → its code. Source: RFC 6455, 7.4. */
export const CLOSE_CODES = {
  venue_stopping: 1001,
  text_only: 1003,
  key_revoked: 1008,
  throttled: 1008,
  slow_reader: 1008,
  feed_restarted: 1012,
} as const;
export type CloseReason = keyof typeof CLOSE_CODES;

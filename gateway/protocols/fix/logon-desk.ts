// Who logs on: the Logon's credentials, judged by the one authenticator behind all protocols, and
// what the session may do from then on. Whether a Logon is well-formed, on time and in sequence is
// the session's business. Credentials are read here, and nothing of them is kept or logged.

import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { isAllowed } from "../../sessions/authenticator.ts";
import type { Caller, PermissionName } from "../../sessions/authenticator.ts";
import type { FixRegistration, FixSessionKind } from "../../sessions/fix-sessions.ts";
import type { Venue } from "../../sessions/venue.ts";
import { SOH } from "./wire/ascii.ts";
import type { FixMessage } from "./wire/message.ts";
import type { ConnectionFacts, LogonVerdict, SessionHandle } from "./session/application.ts";

/** What a session may do that is logged on. */
export interface LogonGrant {
  readonly caller: Caller;
  readonly registration: FixRegistration;
  /** It hears of all executions of its account, and enters nothing. */
  readonly isDropCopy: boolean;
  /** Its orders go when it is gone, by 8674 or as it is registered. */
  readonly cancelsOnDisconnect: boolean;
  /** They go at its Logout, too. */
  readonly cancelsOnLogout: boolean;
}

/** A verdict that says what was granted: an application may return it as it is. */
export type LogonJudgement =
  | { readonly kind: "accepted"; readonly grant: LogonGrant }
  | Exclude<LogonVerdict, { readonly kind: "accepted" }>;

export interface LogonDeskParts {
  readonly venue: Pick<Venue, "authenticator" | "fixSessions" | "networks">;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a key must allow for a session to log on with it; market data is public. */
const PERMISSIONS: Readonly<Record<FixSessionKind, PermissionName | undefined>> = {
  order_entry: "trade",
  drop_copy: "read",
  market_data: undefined,
};

/** CancelOnDisconnect (8674): 0 cancels, 1 keeps. */
const KEEP_ORDERS = 1;

export class LogonDesk {
  readonly #parts: LogonDeskParts;
  /** SendingTime of the last signed Logon: a signature that was overheard serves nobody twice. */
  readonly #signedAtUs = new WeakMap<FixRegistration, number>();

  constructor(parts: LogonDeskParts) {
    this.#parts = parts;
  }

  /**
   * Judges a Logon: 553 is a key's id; its secret is in 554, or 96 is its signature over the Logon.
   * Which part is wrong is not told.
   */
  judge(session: SessionHandle, logon: FixMessage, connection: ConnectionFacts): LogonJudgement {
    const { venue, clock } = this.#parts;
    const registration = venue.fixSessions.find(session.id.targetCompId);
    if (registration === undefined) return { kind: "silent" };
    // Before any check that costs: a guess is counted where calls without a good key are.
    const nowUs = clock.elapsedUs();
    const isTooOften = !venue.networks.bucketOf(connection.remoteAddress, nowUs).take(nowUs);
    if (isTooOften) return refuse("Too many logons: wait");
    const isClear = logon.has(554) && !connection.isTls && !isLoopback(connection.remoteAddress);
    if (isClear) return refuse("Password needs TLS: connect with TLS, or sign the Logon");
    const caller = this.#authenticate(registration, logon);
    if (caller === undefined) return this.#refuseCredentials(registration, connection);
    const permission = PERMISSIONS[registration.kind];
    if (permission !== undefined && !isAllowed(caller, permission)) {
      return refuse(`Key lacks the permission ${permission}`);
    }
    const isDropCopy = registration.kind === "drop_copy";
    const wish = logon.boolean(9406);
    if (wish !== undefined && wish !== isDropCopy) {
      return refuse(`DropCopyFlag (9406) does not fit a session of kind ${registration.kind}`);
    }
    return { kind: "accepted", grant: toGrant(registration, caller, logon) };
  }

  /** The caller, when the Logon is by the key that the session is registered for. */
  #authenticate(registration: FixRegistration, logon: FixMessage): Caller | undefined {
    const { authenticator } = this.#parts.venue;
    const { keyId } = registration;
    if (!logon.is(553, keyId)) return undefined;
    const signature = logon.text(96);
    if (signature === undefined) return authenticator.authenticate(keyId, logon.text(554) ?? "");
    const sentAtUs = logon.timestamp(52) ?? Number.NaN;
    const isNew = sentAtUs > (this.#signedAtUs.get(registration) ?? 0);
    if (!isNew) return undefined;
    const bytes = Buffer.from(signature, "base64");
    const caller = authenticator.authenticateSignature(keyId, signedPayload(logon), bytes);
    if (caller !== undefined) this.#signedAtUs.set(registration, sentAtUs);
    return caller;
  }

  #refuseCredentials(
    { compId }: FixRegistration,
    { remoteAddress: address }: ConnectionFacts,
  ): LogonJudgement {
    this.#parts.log.warn("fix_credentials_refused", { client: compId, address });
    return refuse("Credentials are not valid");
  }
}

/**
 * What a client signs: MsgType, SenderCompID, TargetCompID, MsgSeqNum and SendingTime as sent, with
 * SOH between them.
 */
export function signedPayload(logon: FixMessage): Uint8Array {
  const values = [35, 49, 56, 34, 52].map((tag) => logon.text(tag) ?? "");
  return Buffer.from(values.join(String.fromCharCode(SOH)), "latin1");
}

function toGrant(registration: FixRegistration, caller: Caller, logon: FixMessage): LogonGrant {
  const wish = logon.integer(8674);
  const { cancelsOnLogout } = registration;
  const cancelsOnDisconnect =
    wish === undefined ? registration.cancelsOnDisconnect : wish !== KEEP_ORDERS;
  return {
    caller,
    registration,
    isDropCopy: registration.kind === "drop_copy",
    cancelsOnDisconnect,
    cancelsOnLogout: cancelsOnDisconnect && cancelsOnLogout,
  };
}

function refuse(text: string): LogonJudgement {
  return { kind: "refused", text };
}

/** Whether the other end is on this machine, also when its IPv4 address came mapped into IPv6. */
function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127(\.[0-9]{1,3}){3}$/i.test(address);
}

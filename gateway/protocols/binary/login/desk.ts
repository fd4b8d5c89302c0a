// Who logs in: a Login's credentials, judged by the one authenticator behind all protocols, and
// which stream is theirs. Credentials are read here, and nothing of them is kept or logged.

import type { Clock } from "../../../clock.ts";
import { RejectCode } from "../../../domain/reject.ts";
import type { Log } from "../../../log.ts";
import { type Caller, isAllowed } from "../../../sessions/authenticator.ts";
import { STREAM_NAME } from "../../../sessions/binary-streams.ts";
import type { Venue } from "../../../sessions/venue.ts";
import type { LoginMessage } from "../codec.ts";
import type { Connection, Login } from "../connection.ts";
import type { NumberRange, StreamDirectory, StreamTerms } from "../streams/directory.ts";
import { VERSION } from "./codec.ts";

/** Units: ms. The default is what a client is told that says nothing. */
const HEARTBEAT_MS = { min: 200, standard: 1_000, max: 60_000 } as const;

/** `numbers`: what there is, when the number asked for is not. */
export interface Refused {
  readonly code: RejectCode;
  readonly numbers?: NumberRange;
}

export interface Granted {
  readonly login: Login;
  /** Who is logged in under this name, and has to go. */
  readonly taken: Connection | undefined;
}

export interface LoginDeskParts {
  readonly venue: Pick<Venue, "authenticator" | "networks">;
  readonly streams: StreamDirectory;
  readonly clock: Clock;
  readonly log: Log;
}

export class LoginDesk {
  readonly #parts: LoginDeskParts;

  constructor(parts: LoginDeskParts) {
    this.#parts = parts;
  }

  /** Judges a Login. Which part of credentials is wrong is not told. */
  judge(connection: Connection, message: LoginMessage): Granted | Refused {
    const { venue, clock } = this.#parts;
    // Before any check that costs: a guess is counted where calls without a good key are.
    const nowUs = clock.elapsedUs();
    if (!venue.networks.bucketOf(connection.address, nowUs).take(nowUs)) {
      return refuse(RejectCode.throttled);
    }
    if (message.version !== VERSION) return refuse(RejectCode.version_unsupported);
    if (!STREAM_NAME.test(message.sessionName)) return refuse(RejectCode.name_invalid);
    const heartbeatMs = message.heartbeatMs === 0 ? HEARTBEAT_MS.standard : message.heartbeatMs;
    if (heartbeatMs < HEARTBEAT_MS.min || heartbeatMs > HEARTBEAT_MS.max) {
      return refuse(RejectCode.malformed_request);
    }
    const caller = venue.authenticator.authenticateToken(message.token);
    if (caller === undefined) return this.#refuseCredentials(connection);
    // Who only reads may follow what becomes of an account's orders.
    if (!isAllowed(caller, "trade") && !isAllowed(caller, "read")) {
      return refuse(RejectCode.permission_denied);
    }
    return this.#admit(caller, message, heartbeatMs * 1_000);
  }

  #admit(caller: Caller, message: LoginMessage, heartbeatUs: number): Granted | Refused {
    const { streams } = this.#parts;
    const { sessionName, nextNumber, cancelsOnDisconnect } = message;
    const known = streams.find(caller.account, sessionName);
    const taken = known?.connection;
    if (taken !== undefined) {
      // One that is on its way in has orders of nobody to look after.
      const isOwn = taken.isLoggedIn && taken.login?.caller.keyId === caller.keyId;
      if (!message.takesOver || !isOwn) return refuse(RejectCode.session_in_use);
    }
    const numbers = known === undefined ? { first: 1, next: 1 } : streams.numbersOf(known);
    // 0: none of the past. The next one to come is always there.
    if (nextNumber !== 0 && (nextNumber < numbers.first || nextNumber > numbers.next)) {
      return { code: RejectCode.sequence_not_available, numbers };
    }
    const stream = known ?? streams.create(termsOf(caller, message));
    if (typeof stream === "number") return refuse(stream);
    streams.noteLogin(stream);
    return { login: { caller, stream, cancelsOnDisconnect, heartbeatUs }, taken };
  }

  #refuseCredentials({ address }: Connection): Refused {
    this.#parts.log.warn("binary_credentials_refused", { address });
    return refuse(RejectCode.credentials_invalid);
  }
}

function termsOf({ account }: Caller, message: LoginMessage): StreamTerms {
  const { sessionName: name, hasBalances, hasIncreasingRefs } = message;
  return { account, name, hasBalances, hasIncreasingRefs };
}

function refuse(code: RejectCode): Refused {
  return { code };
}

// What clients ask that is not an order: to log in and out, what the state is, and books to follow.
// The session of an account's name is opened in the engine at its login and closed when its
// connection ends; closing it cancels the orders that ask for that (rules 4.14).

import type { Clock } from "../../clock.ts";
import { RejectCode } from "../../domain/reject.ts";
import type { Log } from "../../log.ts";
import { isAllowed } from "../../sessions/authenticator.ts";
import type { Venue } from "../../sessions/venue.ts";
import type { BookFeed } from "./books/feed.ts";
import {
  bodyOf,
  type ControlMessage,
  type FrameWriter,
  type LoginMessage,
  type Stamp,
} from "./codec.ts";
import type { Connection, Login } from "./connection.ts";
import { loginAccepted, loginRejected, referenceData, splitReference } from "./login/codec.ts";
import { LoginDesk } from "./login/desk.ts";
import { QueryDesk } from "./queries/desk.ts";
import type { Port } from "./port.ts";
import { type CloseReason, farewellOf, loginCodeOf } from "./rejects.ts";
import { engineNameOf, type NumberRange, type StreamDirectory } from "./streams/directory.ts";
import type { Replays } from "./streams/replays.ts";

export interface SessionParts {
  readonly venue: Venue;
  readonly streams: StreamDirectory;
  readonly books: BookFeed;
  readonly replays: Replays;
  readonly writer: FrameWriter;
  readonly clock: Clock;
  readonly log: Log;
  readonly port: Pick<Port, "send" | "goOn" | "end">;
  readonly countLogin: (verdict: "accepted" | "refused") => void;
}

type Request = Exclude<ControlMessage, LoginMessage>;

export class Session {
  readonly #parts: SessionParts;
  readonly #desk: LoginDesk;
  readonly #queries: QueryDesk;
  /** Of those who are logged in: their sessions in the engine. */
  readonly #engineSessions = new WeakMap<Login, number>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { venue, streams, clock, log, writer, port } = parts;
    const send = (connection: Connection, frame: Uint8Array): void => port.send(connection, frame);
    this.#desk = new LoginDesk({ venue, streams, clock, log });
    this.#queries = new QueryDesk({ venue, writer, log, send });
  }

  /** What is said of now. */
  stamp(): Stamp {
    const { venue, clock } = this.#parts;
    return { sequence: venue.router.releasedSequence, timeUs: clock.nowUs() };
  }

  /** `isThrottled`: its key has no requests left. */
  receive(connection: Connection, message: ControlMessage, isThrottled: boolean): void {
    if (message.kind === "login") this.#logIn(connection, message);
    else this.#serve(connection, message, isThrottled);
  }

  /** The connection is no longer logged in; its orders go that ask for it. */
  leave(connection: Connection, reason: CloseReason): void {
    const { login } = connection;
    connection.login = undefined;
    if (login === undefined) return;
    const { venue, streams, books } = this.#parts;
    books.forget(connection);
    streams.gate.end(connection.id);
    login.stream.connection = undefined;
    const engineSession = this.#engineSessions.get(login);
    // Who takes over has it now; a venue that restarts gives it time to return.
    if (engineSession === undefined || reason === "taken_over" || reason === "venue_stopping") {
      return;
    }
    // Behind its last orders.
    venue.queries.flush();
    venue.sessionRegistry.close(engineSession);
  }

  /** The last that a connection hears; of a login that is refused it was that. */
  farewell(connection: Connection, reason: CloseReason): Uint8Array | undefined {
    const { venue, writer } = this.#parts;
    const farewell = farewellOf(reason);
    if (connection.isLoggedIn) {
      return farewell && writer.endOfSession(this.stamp(), farewell.reason, farewell.code);
    }
    const code = loginCodeOf(reason);
    if (code === undefined) return undefined;
    venue.commandMetrics.countReject(code);
    return loginRejected(writer, this.stamp(), code);
  }

  #logIn(connection: Connection, message: LoginMessage): void {
    const judged = this.#desk.judge(connection, message);
    if ("code" in judged) {
      this.#refuseLogin(connection, judged.code, judged.numbers);
      return;
    }
    const { venue, port } = this.#parts;
    const { login, taken } = judged;
    if (taken !== undefined) port.end(taken, "taken_over");
    connection.state = "logging_in";
    connection.login = login;
    login.stream.connection = connection;
    const { account, name } = login.stream.stored;
    venue.sessionRegistry.open(account, engineNameOf(name), (opened) => {
      const isHere = connection.login === login;
      if ("code" in opened) {
        if (isHere) this.#refuseLogin(connection, opened.code);
        return;
      }
      // Its connection is gone already; nobody else could log in meanwhile but after it.
      if (isHere) this.#welcome(connection, login, opened.session, message.nextNumber);
      else if (login.stream.connection === undefined) venue.sessionRegistry.close(opened.session);
    });
  }

  #refuseLogin(connection: Connection, code: RejectCode, numbers?: NumberRange): void {
    const { venue, writer, port, countLogin } = this.#parts;
    countLogin("refused");
    venue.commandMetrics.countReject(code);
    port.send(connection, loginRejected(writer, this.stamp(), code, numbers));
    port.end(connection, "login_refused");
  }

  #welcome(connection: Connection, login: Login, session: number, wanted: number): void {
    const { streams, replays, port, countLogin, log } = this.#parts;
    const { gate } = streams;
    const { caller, stream, cancelsOnDisconnect, heartbeatUs } = login;
    const mayTrade = isAllowed(caller, "trade");
    const terms = { mayTrade, cancelsOnDisconnect, nextNumber: wanted };
    const entered = gate.logIn(connection.id, stream.slot, terms);
    const { kind, nextNumber } = entered;
    const behind = kind === "behind" ? streams.positionBefore(stream, nextNumber) : undefined;
    this.#engineSessions.set(login, session);
    // Of the past as it was when it was asked for, some may have been given up since.
    if (kind === "ahead" || (kind === "behind" && behind === undefined)) {
      const numbers = streams.numbersOf(stream);
      this.#refuseLogin(connection, RejectCode.sequence_not_available, numbers);
      return;
    }
    connection.state = "logged_in";
    countLogin("accepted");
    const lastClientRef = stream.stored.hasIncreasingRefs ? entered.lastClientRef : undefined;
    const accepted = { account: caller.account, session, nextNumber, lastClientRef };
    this.#sendTables(connection, { ...accepted, heartbeatMs: heartbeatUs / 1_000 });
    if (behind === undefined) gate.goLive(connection.id);
    else replays.begin(connection, behind);
    const { name } = stream.stored;
    const fields = { account: caller.account, session_name: name, next_number: nextNumber };
    log.info("binary_logged_in", { ...fields, is_behind: behind !== undefined });
    port.goOn(connection);
  }

  #sendTables(connection: Connection, terms: Parameters<typeof loginAccepted>[2]): void {
    const { venue, writer, port } = this.#parts;
    const { reference } = venue;
    const instruments = reference.listings().map(({ instrument }) => instrument);
    const stamp = this.stamp();
    const [first, ...others] = splitReference(reference.currencies(), instruments);
    if (first !== undefined) port.send(connection, loginAccepted(writer, stamp, terms, first));
    for (const part of others) port.send(connection, referenceData(writer, stamp, part));
  }

  #serve(connection: Connection, request: Request, isThrottled: boolean): void {
    const { login } = connection;
    // What came behind a Logout.
    if (login === undefined || !connection.isLoggedIn) return;
    const code = isThrottled ? RejectCode.throttled : this.#do(connection, login, request);
    if (code === undefined) return;
    const { venue, writer, port } = this.#parts;
    venue.commandMetrics.countReject(code);
    const requestRef = request.kind === "logout" ? 0n : request.requestRef;
    port.send(connection, writer.rejected(this.stamp(), bodyOf[request.kind], code, requestRef));
  }

  #do(connection: Connection, login: Login, request: Request): RejectCode | undefined {
    const { books } = this.#parts;
    switch (request.kind) {
      case "orders":
      case "balances":
        return this.#queries.ask(connection, login, request);
      case "subscribe":
        return books.subscribe(connection, request.instrument, request.requestRef);
      case "unsubscribe":
        books.unsubscribe(connection, request.instrument);
        return undefined;
      case "logout":
        void this.#logOut(connection, login);
        return undefined;
    }
  }

  /** What it sent before is answered first. */
  async #logOut(connection: Connection, login: Login): Promise<void> {
    const { venue, port } = this.#parts;
    // A core that is gone answers nothing; the connection ends all the same.
    await venue.queries.settle().catch(() => undefined);
    if (connection.login === login) port.end(connection, "logout");
  }
}

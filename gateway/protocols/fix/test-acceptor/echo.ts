// An application that sends orders back as they came: enough to try a FIX client, or this session
// layer, without a venue behind it.

import type { Dictionary } from "../dictionary/dictionary.ts";
import { Cell, type Scope, Section } from "../dictionary/scope.ts";
import type { FixApplication, LogonVerdict, SessionHandle } from "../session/application.ts";
import type { FixMessage } from "../wire/message.ts";

/** ClOrdIDs remembered per session; the oldest go first. */
const ORDER_IDS_MAX = 100_000;
const UNSUPPORTED_MESSAGE_TYPE = 3;

/** Fields of a body that stay together: one field, or a group with its entries. */
interface Unit {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

export class EchoApplication implements FixApplication {
  readonly #dictionary: Dictionary;
  /** What each session has ordered since its Logon. */
  readonly #orderIds = new Map<SessionHandle, Set<string>>();

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  authenticate(): LogonVerdict {
    return { kind: "accepted" };
  }

  onLogon(): void {}

  onLogout(session: SessionHandle): void {
    this.#orderIds.delete(session);
  }

  onMessage(session: SessionHandle, message: FixMessage): void {
    if (message.msgType === "D") {
      if (!this.#isAgain(session, message)) this.#echo(session, message);
    } else if (message.msgType === "d") {
      this.#echo(session, message);
    } else {
      session.businessReject(message, UNSUPPORTED_MESSAGE_TYPE, "Unsupported Message Type");
    }
  }

  /** Whether the client is unsure of an order that is known; notes it if not. */
  #isAgain(session: SessionHandle, message: FixMessage): boolean {
    const orderId = message.text(11) ?? "";
    const orderIds = this.#orderIds.get(session) ?? new Set();
    this.#orderIds.set(session, orderIds);
    if (orderIds.has(orderId)) return message.is(97, "Y");
    if (orderIds.size >= ORDER_IDS_MAX) {
      for (const oldest of orderIds) {
        orderIds.delete(oldest);
        break;
      }
    }
    orderIds.add(orderId);
    return false;
  }

  /** The same body in ascending order of tags, the same text in each field. */
  #echo(session: SessionHandle, message: FixMessage): void {
    const { bytes, tags, starts, lengths } = message;
    const units = this.#findUnits(message).sort((one, other) => one.tag - other.tag);
    const writer = session.begin(message.msgType);
    for (const { start, end } of units) {
      for (let index = start; index < end; index += 1) {
        writer.raw(tags[index] ?? 0, bytes, starts[index] ?? 0, lengths[index] ?? 0);
      }
    }
    session.send({ isPossResend: message.is(97, "Y") });
  }

  #findUnits(message: FixMessage): Unit[] {
    const scope = this.#dictionary.find(message.msgType)?.scope;
    const units: Unit[] = [];
    let index = 0;
    while (scope !== undefined && index < message.count) {
      const tag = message.tags[index] ?? 0;
      const start = index;
      index += 1;
      if (sectionOf(scope, tag) !== Section.body) continue;
      const entry = scope.entryOf(tag);
      if (entry !== undefined) index = findGroupEnd(message, index, entry);
      units.push({ tag, start, end: index });
    }
    return units;
  }
}

function sectionOf(scope: Scope, tag: number): number {
  return ((scope.cells[tag] ?? 0) >> Cell.section) & Cell.sectionMask;
}

/** Index behind the entries of a group that begin at `index`, groups inside it included. */
function findGroupEnd(message: FixMessage, index: number, entry: Scope): number {
  let end = index;
  while (end < message.count) {
    const tag = message.tags[end] ?? 0;
    if ((entry.cells[tag] ?? 0) === 0) return end;
    const inner = entry.entryOf(tag);
    end += 1;
    if (inner !== undefined) end = findGroupEnd(message, end, inner);
  }
  return end;
}

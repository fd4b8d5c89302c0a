// The way out: numbers, stores, writes, and resends what is asked for again.

import type { FixMessage } from "../wire/message.ts";
import type { FixWriter, Frame, OutboundHeader } from "../wire/writer.ts";
import type { SendOptions, SessionId } from "./application.ts";
import type { Instant, SessionEnvironment, SessionLink } from "./link.ts";
import type { MessageStore } from "./message-store.ts";
import type { SessionSettings } from "./settings.ts";

/**
 * Messages that one turn resends, some 60 kB and 1 ms: other sessions go on in between. With four
 * times as many their p99 meanwhile was three to ten times as long.
 */
const SLICE_MESSAGES = 250;
/** A resend that begins so soon after another was asked for during it. */
const CHAINED_US = 1_000_000;

/** Where an answer goes when the message came by way of others: 115 to 145. */
export type Route = Pick<
  OutboundHeader,
  | "onBehalfOfCompId"
  | "onBehalfOfSubId"
  | "onBehalfOfLocationId"
  | "deliverToCompId"
  | "deliverToSubId"
  | "deliverToLocationId"
>;

/** A resend under way. */
interface Resend {
  /** Next number to account for, by a message or a gap fill. */
  next: number;
  to: number;
  /**
   * Whether it repeats what was sent. When it has, what was sent meanwhile follows: that was only
   * stored, and leaves for the first time, as it is.
   */
  isRepeat: boolean;
  /** First number that was not sent when the resend began. */
  readonly heldFrom: number;
}

export class Outbound {
  readonly #store: MessageStore;
  readonly #environment: SessionEnvironment;
  readonly #header: OutboundHeader;
  #resend: Resend | undefined;
  /** Between these times nothing was read because of resends. Units: µs since 1970. */
  #deafFromUs = 0;
  #deafToUs = 0;
  /** The connection that messages leave by; without one they are stored. */
  link: SessionLink | undefined;
  /** Whether application messages leave: between the Logon's answer and a Logout. */
  isOpen = false;
  /** The store is broken: nothing is numbered any more. */
  isFailed = false;
  /** When something was last written, on the steady clock. */
  lastSentUs = 0;

  constructor(
    id: SessionId,
    settings: SessionSettings,
    store: MessageStore,
    environment: SessionEnvironment,
  ) {
    this.#store = store;
    this.#environment = environment;
    this.#header = {
      beginString: id.beginString,
      senderCompId: id.senderCompId,
      targetCompId: id.targetCompId,
      timestampDigits: hasWholeSeconds(id) ? 0 : settings.timestampDigits,
      sequence: 0,
      sendingTimeUs: 0,
    };
  }

  get isResending(): boolean {
    return this.#resend !== undefined;
  }

  begin(msgType: string): FixWriter {
    return this.#environment.writer.begin(msgType);
  }

  /** Sends what was begun as an administrative message: its number is kept, not its bytes. */
  sendAdmin(now: Instant, route?: Route): void {
    if (this.isFailed) return;
    this.#environment.noteStored(this.#store);
    const frame = this.#finish(now, false, route);
    this.#store.spend();
    this.#write(frame, now);
  }

  /** Stores what was begun, and sends it when the session is on and no resend is before it. */
  sendApplication(now: Instant, options: SendOptions, route?: Route): void {
    if (this.isFailed) return;
    this.#environment.noteStored(this.#store);
    const frame = this.#finish(now, options.isPossResend === true, route);
    this.#store.append(frame.bytes, frame.start, frame.end, options.changeSequence ?? 0);
    if (this.isOpen && this.#resend === undefined) this.#write(frame, now);
  }

  /**
   * How much longer than others a message has waited that is read now, at most. `graceUs`: how long
   * after a resend there may still be some of those that came during it.
   */
  deafUs(now: Instant, graceUs: number): number {
    return now.utcUs - this.#deafToUs <= graceUs ? this.#deafToUs - this.#deafFromUs : 0;
  }

  /** Begins to resend the numbers `from` to `to`, and does the first slice of it. */
  resend(from: number, to: number, now: Instant): void {
    // One that was read behind another has waited for that, too.
    if (now.utcUs - this.#deafToUs > CHAINED_US) this.#deafFromUs = now.utcUs;
    this.#resend = { next: from, to, isRepeat: true, heldFrom: this.#store.nextOut };
    this.continueResend(now);
  }

  /** Does one slice. The client's socket sets the pace when it is slower than ours. */
  continueResend(now: Instant): void {
    const resend = this.#resend;
    if (resend === undefined || this.link?.isCongested !== false) return;
    let next = resend.next;
    const store = this.#store;
    const onward = store.read(next, resend.to, SLICE_MESSAGES, (sequence, bytes, start, end) => {
      if (sequence > next) this.#fillGap(next, sequence, now);
      if (resend.isRepeat) this.#repeat(bytes, start, end, now);
      else this.#write({ bytes, start, end }, now);
      next = sequence + 1;
    });
    if (onward <= resend.to) {
      resend.next = next;
      return;
    }
    if (next <= resend.to) this.#fillGap(next, resend.to + 1, now);
    resend.next = resend.isRepeat ? resend.heldFrom : resend.to + 1;
    resend.to = store.nextOut - 1;
    resend.isRepeat = false;
    if (resend.next > resend.to) {
      this.#resend = undefined;
      this.#deafToUs = now.utcUs;
    }
  }

  /** Forgets a resend: the connection is gone, or a Logout is on its way. */
  stopResend(): void {
    this.#resend = undefined;
    this.#deafFromUs = 0;
    this.#deafToUs = 0;
  }

  /** Tells the client to go on with `to`: nothing of what lies between is sent again. */
  #fillGap(from: number, to: number, now: Instant): void {
    this.begin("4").integer(36, to).boolean(123, true);
    const header = this.#header;
    header.sequence = from;
    header.sendingTimeUs = now.utcUs;
    const origSendingTimeUs = now.utcUs;
    const frame = this.#environment.writer.finish({ ...header, possDup: true, origSendingTimeUs });
    this.#write(frame, now);
  }

  #repeat(bytes: Buffer, start: number, end: number, now: Instant): void {
    const { stored, writer } = this.#environment;
    if (stored.parse(bytes, start, end) !== "ok") throw new Error("a stored message is no message");
    const header = this.#header;
    header.sendingTimeUs = now.utcUs;
    this.#write(writer.resend(stored, header), now);
  }

  #finish(now: Instant, isPossResend: boolean, route: Route | undefined): Frame {
    const header = this.#header;
    header.sequence = this.#store.nextOut;
    header.sendingTimeUs = now.utcUs;
    header.possResend = isPossResend;
    return this.#environment.writer.finish(route === undefined ? header : { ...header, ...route });
  }

  #write({ bytes, start, end }: Frame, now: Instant): void {
    this.link?.write(bytes, start, end);
    this.lastSentUs = now.steadyUs;
  }
}

/** UTCTimestamp has had a fraction since FIX 4.2. */
function hasWholeSeconds({ beginString }: SessionId): boolean {
  return beginString === "FIX.4.0" || beginString === "FIX.4.1";
}

/** The way back of a message: each of 115 to 145 that it has, turned round. */
export function routeBack(message: FixMessage): Route | undefined {
  const route: { -readonly [Field in keyof Route]: string } = {};
  let isRouted = false;
  for (const [tag, field] of TURNED) {
    const value = message.text(tag);
    if (value === undefined || value === "" || value.length > ROUTE_LENGTH_MAX) continue;
    if (tag >= LOCATION_TAG_MIN && message.is(8, "FIX.4.0")) continue;
    route[field] = value;
    isRouted = true;
  }
  return isRouted ? route : undefined;
}

/** Six of them fit into a header; longer ones name nobody, and are not repeated. */
const ROUTE_LENGTH_MAX = 256;
/** Locations came with FIX 4.1. */
const LOCATION_TAG_MIN = 144;
/** The tag in a message, and the field of the answer that says the same. */
const TURNED: readonly (readonly [number, keyof Route])[] = [
  [115, "deliverToCompId"],
  [116, "deliverToSubId"],
  [144, "deliverToLocationId"],
  [128, "onBehalfOfCompId"],
  [129, "onBehalfOfSubId"],
  [145, "onBehalfOfLocationId"],
];

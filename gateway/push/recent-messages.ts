// The last private messages of all followed accounts, so that who lost a connection goes on where
// it was. One queue for all: its memory is bounded whatever accounts do, and a resumption, which is
// rare, looks through it.

interface Message {
  readonly account: number;
  readonly channel: string;
  readonly sequence: number;
  readonly text: string;
}

export interface RecentBounds {
  readonly messagesMax: number;
  /** Of texts: one of a mass cancel has some hundred KB. */
  readonly bytesMax: number;
}

/** A resumption looks at all of them in 0.1 ms; most are of 300 bytes. */
const BOUNDS: RecentBounds = { messagesMax: 32_768, bytesMax: 33_554_432 };

export class RecentMessages {
  readonly #bounds: RecentBounds;
  readonly #messages: Message[] = [];
  /** Where the oldest one kept is; those before it go together, now and then. */
  #first = 0;
  #bytes = 0;
  #completeAfter = 0;

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** No message of a later sequence has been dropped. */
  get completeAfter(): number {
    return this.#completeAfter;
  }

  add(message: Message): void {
    const { messagesMax, bytesMax } = this.#bounds;
    this.#messages.push(message);
    this.#bytes += message.text.length;
    while (this.#messages.length - this.#first > messagesMax || this.#bytes > bytesMax) {
      const oldest = this.#messages[this.#first];
      if (oldest === undefined) break;
      this.#bytes -= oldest.text.length;
      this.#completeAfter = oldest.sequence;
      this.#first += 1;
    }
    if (this.#first < messagesMax) return;
    this.#messages.splice(0, this.#first);
    this.#first = 0;
  }

  /** The messages of a channel with a later sequence, in order. */
  after(sequence: number, account: number, channel: string): string[] {
    const texts: string[] = [];
    for (let index = this.#first; index < this.#messages.length; index += 1) {
      const message = this.#messages[index];
      const isWanted = message?.account === account && message.channel === channel;
      if (isWanted && message.sequence > sequence) texts.push(message.text);
    }
    return texts;
  }

  clear(): void {
    this.#messages.length = 0;
    this.#first = 0;
    this.#bytes = 0;
  }
}

// The last private messages of all followed accounts, so that who lost a connection goes on where
// it was. One ring for all: its memory is bounded whatever accounts do, and a resumption, which is
// rare, looks through it.

/** About 400 bytes each: 13 MB. A resumption looks at all of them in 0.1 ms. */
export const RECENT_MESSAGES_MAX = 32_768;

interface Message {
  readonly account: number;
  readonly channel: string;
  readonly sequence: number;
  readonly text: string;
}

export class RecentMessages {
  readonly #messages: Message[] = [];
  readonly #messagesMax: number;
  /** Where the next message goes once the ring is full. */
  #next = 0;
  #completeAfter = 0;

  constructor(messagesMax = RECENT_MESSAGES_MAX) {
    this.#messagesMax = messagesMax;
  }

  /** No message of a later sequence has been dropped. */
  get completeAfter(): number {
    return this.#completeAfter;
  }

  add(message: Message): void {
    if (this.#messages.length < this.#messagesMax) {
      this.#messages.push(message);
      return;
    }
    this.#completeAfter = this.#messages[this.#next]?.sequence ?? this.#completeAfter;
    this.#messages[this.#next] = message;
    this.#next = (this.#next + 1) % this.#messagesMax;
  }

  /** The messages of a channel with a later sequence, in order. */
  after(sequence: number, account: number, channel: string): string[] {
    const texts: string[] = [];
    const count = this.#messages.length;
    for (let index = 0; index < count; index += 1) {
      const message = this.#messages[(this.#next + index) % count];
      const isWanted = message?.account === account && message.channel === channel;
      if (isWanted && message.sequence > sequence) texts.push(message.text);
    }
    return texts;
  }

  clear(): void {
    this.#messages.length = 0;
    this.#next = 0;
  }
}

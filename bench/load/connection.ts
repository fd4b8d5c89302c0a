// What the load asks of a protocol: one connection of one session, requests, what became of them.

/** What an order asks for: as texts, and in ticks and lots. */
export interface OrderTerms {
  readonly symbol: string;
  readonly instrument: number;
  readonly side: "buy" | "sell";
  readonly price: string;
  readonly quantity: string;
  readonly ticks: number;
  readonly lots: number;
}

/** A request of a session; `id` is its client order id. */
export type Request =
  | { readonly kind: "limit" | "take"; readonly id: string; readonly terms: OrderTerms }
  | {
      readonly kind: "cancel" | "replace";
      readonly id: string;
      /** Client order id of the order it is about. */
      readonly orderId: string;
      /** Of the order; after a replace, what it shall have. */
      readonly terms: OrderTerms;
    };

/** What the venue answered first. */
export interface Outcome {
  /** Of the request. */
  readonly id: string;
  /** The order that it placed or replaced rests. */
  readonly isOpen: boolean;
  /** Why it was refused, in the venue's words; undefined: it was done. */
  readonly refusal: string | undefined;
}

/** Who hears what comes. */
export interface Listener {
  answered(outcome: Outcome): void;
  /** An order that was open has ended without having been asked to. */
  ended(id: string): void;
  /** Nothing more will come. */
  broken(error: Error): void;
}

export interface Connection {
  /** Requests without an answer that the protocol allows. */
  readonly inFlightMax: number;
  send(request: Request): void;
  close(): Promise<void>;
}

/** Who a session is. */
export interface Credential {
  /** `ob_<key id>_<secret>` */
  readonly token: string;
  /** Its name over FIX, and over the binary protocol; empty where it has none. */
  readonly compId: string;
}

/** Makes connections of one protocol. */
export interface Door {
  connect(credential: Credential, listener: Listener): Promise<Connection>;
}

/** Where something listens. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
}

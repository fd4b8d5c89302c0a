// The floor of any protocol: requests of one length, answered with replies of one length by a
// server that looks at nothing.

import type { Socket } from "bun";
import type { Address, Connection, Credential, Door, Listener, Request } from "./connection.ts";
import { Outbox } from "./outbox.ts";

const IN_FLIGHT_MAX = 4_096;

export class EchoDoor implements Door {
  readonly #address: Address;
  readonly #request: Buffer;
  readonly #replyBytes: number;

  constructor(address: Address, requestBytes: number, replyBytes: number) {
    this.#address = address;
    this.#request = Buffer.alloc(requestBytes, "a");
    this.#replyBytes = replyBytes;
  }

  async connect(_: Credential, listener: Listener): Promise<Connection> {
    const replyBytes = this.#replyBytes;
    /** Requests without a reply, oldest first. */
    const pending: Request[] = [];
    let had = 0;
    let isClosing = false;
    const outbox = new Outbox();
    const { hostname, port } = this.#address;
    const socket: Socket = await Bun.connect({
      ...{ hostname, port },
      socket: {
        data(_, chunk) {
          for (had += chunk.length; had >= replyBytes; had -= replyBytes) {
            const request = pending.shift();
            if (request === undefined) throw new Error("a reply came that nobody waited for");
            const isOpen = request.kind === "limit";
            listener.answered({ id: request.id, isOpen, refusal: undefined });
          }
        },
        drain: () => outbox.flush(),
        close: () => {
          if (!isClosing) listener.broken(new Error("the echo closed a connection"));
        },
        error: (_, error) => listener.broken(error),
      },
    });
    outbox.attach(socket);
    return {
      inFlightMax: IN_FLIGHT_MAX,
      send: (request) => {
        pending.push(request);
        outbox.add(this.#request);
      },
      close() {
        isClosing = true;
        socket.end();
        return Promise.resolve();
      },
    };
  }
}

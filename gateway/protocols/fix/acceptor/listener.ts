// The socket that an acceptor listens on.

import type { Acceptor } from "./acceptor.ts";
import type { Connection } from "./connection.ts";

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** PEM texts; without them the listener speaks plain TCP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Does what a chunk asks for; without it that is simply done. */
  readonly around?: (work: () => void) => void;
}

export interface Listener {
  readonly port: number;
  /** Accepts nobody any more; connections stay. */
  stop(): void;
}

interface Peer {
  connection: Connection | undefined;
}

/** Errors: throws the operating system's, as EADDRINUSE. */
export function listen(acceptor: Acceptor, { host, port, tls, around }: ListenerOptions): Listener {
  const isTls = tls !== undefined;
  const server = Bun.listen<Peer>({
    hostname: host,
    port,
    ...(isTls ? { tls: { cert: tls.certificate, key: tls.key } } : {}),
    socket: {
      open(socket) {
        socket.data = { connection: acceptor.opened(socket, isTls) };
      },
      // With it `open` comes before the handshake, and the time for a Logon runs.
      handshake(socket, isAgreed) {
        if (!isAgreed) socket.terminate();
      },
      data(socket, chunk) {
        const { connection } = socket.data;
        if (connection === undefined) return;
        if (around === undefined) acceptor.received(connection, chunk);
        else around(() => acceptor.received(connection, chunk));
      },
      drain({ data: { connection } }) {
        if (connection !== undefined) acceptor.drained(connection);
      },
      close({ data: { connection } }) {
        if (connection !== undefined) acceptor.closed(connection);
      },
      // A TLS failure: the close event follows.
      error() {},
    },
  });
  return { port: server.port, stop: () => server.stop() };
}

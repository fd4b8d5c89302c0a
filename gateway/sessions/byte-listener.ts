// The socket that a door of bytes listens on, in clear or over TLS.

import type { TlsIdentity } from "./tls-identity.ts";

/** A connected socket, as Bun has it. */
export interface ByteSocket {
  /** `undefined`: the other end is gone already. */
  readonly remoteAddress: string | undefined;
  /** Returns how many bytes it took: 0 when it is full, below 0 when it is closed. */
  write(bytes: Buffer, offset: number, length: number): number;
  /** Closes when what it took has left. */
  end(): void;
  /** Closes at once. */
  terminate(): void;
  pause(): void;
  resume(): void;
}

/** Who has the connections. */
export interface ByteDoor<Connection> {
  /** A socket connected. `undefined`: it is not let in. */
  opened(socket: ByteSocket, isTls: boolean): Connection | undefined;
  received(connection: Connection, chunk: Uint8Array): void;
  /** The socket has room again. */
  drained(connection: Connection): void;
  /** The socket is gone. */
  closed(connection: Connection): void;
}

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Without it the listener speaks plain TCP. */
  readonly tls?: TlsIdentity | undefined;
  /** Does what a chunk asks for; without it that is simply done. */
  readonly around?: (work: () => void) => void;
}

export interface Listener {
  readonly port: number;
  /** Accepts nobody any more; connections stay. */
  stop(): void;
}

interface Peer<Connection> {
  connection: Connection | undefined;
}

/** Errors: throws the operating system's, as EADDRINUSE. */
export function listen<Connection>(
  door: ByteDoor<Connection>,
  { host, port, tls, around }: ListenerOptions,
): Listener {
  const isTls = tls !== undefined;
  const server = Bun.listen<Peer<Connection>>({
    hostname: host,
    port,
    ...(isTls ? { tls: { cert: tls.certificate, key: tls.key } } : {}),
    socket: {
      open(socket) {
        socket.data = { connection: door.opened(socket, isTls) };
      },
      // With it `open` comes before the handshake, and the time for a login runs.
      handshake(socket, isAgreed) {
        if (!isAgreed) socket.terminate();
      },
      data({ data: { connection } }, chunk) {
        if (connection === undefined) return;
        if (around === undefined) door.received(connection, chunk);
        else around(() => door.received(connection, chunk));
      },
      drain({ data: { connection } }) {
        if (connection !== undefined) door.drained(connection);
      },
      close({ data: { connection } }) {
        if (connection !== undefined) door.closed(connection);
      },
      // A TLS failure: the close event follows.
      error() {},
    },
  });
  return { port: server.port, stop: () => server.stop() };
}

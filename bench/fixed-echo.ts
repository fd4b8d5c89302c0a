/**
 * What the doors of sessions are compared with: `Bun.listen`, which answers requests of a fixed
 * length with replies of a fixed length, whatever they say.
 *
 * Use: `bun bench/fixed-echo.ts <request bytes> <reply bytes>`; prints its port and runs until it
 * is killed.
 */

/** Replies to all that one read may bring. */
const OUT_BYTES = 1 << 20;

const [requestBytes = 0, replyBytes = 0] = process.argv.slice(2).map(Number);
const out = Buffer.alloc(OUT_BYTES, "a");

const server = Bun.listen<{ rest: number }>({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    open(socket) {
      socket.data = { rest: 0 };
    },
    data(socket, chunk) {
      const have = socket.data.rest + chunk.length;
      const bytes = Math.floor(have / requestBytes) * replyBytes;
      socket.data.rest = have % requestBytes;
      // The replies to a window fit the buffer of a socket.
      if (bytes > 0 && socket.write(out, 0, bytes) !== bytes) throw new Error("a reply was cut");
    },
  },
});
process.stdout.write(`${server.port}\n`);

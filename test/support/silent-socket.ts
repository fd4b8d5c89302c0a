// A socket that takes everything, and of which nothing is heard.

import type { ByteSocket } from "../../gateway/sessions/byte-listener.ts";

export const SILENT_SOCKET: ByteSocket = {
  remoteAddress: "127.0.0.1",
  write: (_, __, length) => length,
  end() {},
  terminate() {},
  pause() {},
  resume() {},
};

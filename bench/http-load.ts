/**
 * Sends one request over and over on kept connections, each as soon as the answer before it is
 * there, and prints rate and latencies.
 *
 * Use: `bun bench/http-load.ts <port> <path> <token> <body> <connections> <ms>`
 *
 * Bare sockets with the request made once: a client that costs more than the server would measure
 * itself. Answers must carry a content-length.
 */
import type { Socket } from "bun";
import { LatencyHistogram } from "./histogram.ts";

/** Share of the time before the measurement. */
const WARM_SHARE = 0.2;
const ANSWER_NS_MAX = 10e9;

interface Connection {
  sentNs: number;
  /** What has come of the answer so far. */
  rest: string;
}

class Load {
  readonly histogram = new LatencyHistogram();
  /** Answers by status. */
  readonly statuses: Record<string, number> = {};
  isMeasuring = false;
  readonly #request: Buffer;

  constructor(path: string, token: string, body: string) {
    this.#request = Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n` +
        "content-type: application/json\r\n" +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  async connect(port: number): Promise<Socket<Connection>> {
    const socket = await Bun.connect<Connection>({
      hostname: "127.0.0.1",
      port,
      data: { sentNs: 0, rest: "" },
      socket: {
        data: (each, chunk) => this.#receive(each, chunk),
        error: (_, error) => {
          throw error;
        },
      },
    });
    this.#send(socket);
    return socket;
  }

  #send(socket: Socket<Connection>): void {
    socket.data.sentNs = Bun.nanoseconds();
    // An empty send buffer takes a request of a few hundred bytes whole.
    const written = socket.write(this.#request);
    if (written !== this.#request.length)
      throw new Error(`${written} bytes of a request were sent`);
  }

  #receive(socket: Socket<Connection>, chunk: Buffer): void {
    const text = socket.data.rest + chunk.toString("latin1");
    const head = text.indexOf("\r\n\r\n");
    const length = head < 0 ? NaN : Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? NaN);
    if (head >= 0 && Number.isNaN(length)) throw new Error(`no content-length in ${text}`);
    if (head < 0 || text.length < head + 4 + length) {
      socket.data.rest = text;
      return;
    }
    socket.data.rest = "";
    if (this.isMeasuring) {
      this.histogram.add(Bun.nanoseconds() - socket.data.sentNs);
      const status = text.slice(9, 12);
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    }
    this.#send(socket);
  }
}

async function main(words: readonly string[]): Promise<void> {
  const [port, path, token, body, connections, lengthMs] = words;
  const load = new Load(path ?? "", token ?? "", body ?? "");
  const sockets: Socket<Connection>[] = [];
  for (let index = 0; index < Number(connections); index += 1) {
    sockets.push(await load.connect(Number(port)));
  }
  const length = Number(lengthMs);
  await Bun.sleep(length * WARM_SHARE);
  load.isMeasuring = true;
  const startNs = Bun.nanoseconds();
  await Bun.sleep(length * (1 - WARM_SHARE));
  // Of a server that nobody gives a processor one answer is waited for.
  const isLate = (): boolean => Bun.nanoseconds() - startNs > ANSWER_NS_MAX;
  while (load.histogram.count === 0 && !isLate()) await Bun.sleep(1);
  load.isMeasuring = false;
  const seconds = (Bun.nanoseconds() - startNs) / 1e9;
  const measured = {
    requests_per_second: load.histogram.count / seconds,
    ...load.histogram.toMeasured(),
    statuses: load.statuses,
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
  process.exit(0);
}

await main(process.argv.slice(2));

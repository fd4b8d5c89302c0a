// Bytes at the port of the real process: each is answered by the document, by Bun's parser with a
// bare status, or by a closed connection; the venue stays ready, and its memory as it was.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../../gateway/demo/random.ts";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import { Problem } from "../../../gateway/protocols/http/schemas.ts";
import { until } from "../../support/deadline.ts";
import { growthOfParts } from "../../support/memory-growth.ts";
import { openSpotMarket, UNLIMITED } from "../../support/spot-market.ts";
import { removeDirectories, VenueProcess } from "../../support/venue-process.ts";
import { talk, talkAtOnce } from "./raw-socket.ts";

const ORDERS = "/api/v1/trading/orders";
const TRANSFERS = "/api/v1/accounts/me/transfers";
const START_MS_MAX = 60_000;
/** Of digits, brackets and bytes: far more than any bound but that of the body, which is raised. */
const MANY = 100_000;

let venue: VenueProcess;
let token: string;
/** Open files of the venue before anybody sent noise. */
let socketsBefore = 0;

beforeAll(async () => {
  const bounds = { "body-bytes-max": "1048576", "final-orders-max": "64" };
  // Segments are filled with zeros and synced: where many tests write, that is a disk that stalls.
  const disk = { durability: "none", "journal-segment-bytes": "1048576" };
  venue = await VenueProcess.start({ flags: { ...UNLIMITED, ...bounds, ...disk } });
  token = await openSpotMarket(venue);
  await until(START_MS_MAX, "the venue is ready", async () => {
    return (await venue.fetch("GET", "/health/ready")).status === 200;
  });
  socketsBefore = openSockets();
}, START_MS_MAX);

afterAll(async () => {
  await venue.kill();
  removeDirectories();
});

/** A request in the bytes of its characters. */
function get(target: string, headers = "", method = "GET"): Buffer {
  const head = `${method} ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`;
  return Buffer.from(head, "latin1");
}

function post(body: string | Uint8Array, path = ORDERS, headers = ""): Buffer {
  const bytes = Buffer.from(body);
  const length = `Content-Length: ${bytes.length}\r\n`;
  return Buffer.concat([get(path, keyed(headers + length), "POST"), bytes]);
}

function keyed(headers: string): string {
  return `Authorization: Bearer ${token}\r\nContent-Type: application/json\r\n${headers}`;
}

/** Found by nobody, so that it rests nowhere. */
function orderAt(price: string): string {
  const terms = `"type":"LIMIT","time_in_force":"IOC","quantity":"1"`;
  return `{"symbol":"BTC-USDT","side":"BUY",${terms},"price":${price}}`;
}

function spotOrderAt(price: string): string {
  return `{"symbol":"BTCUSDT","side":"BUY","price":${price},"quantity":1}`;
}

function nines(): string {
  return "9".repeat(MANY);
}

function nest(opening: string, closing: string): string {
  return `${opening.repeat(MANY)}1${closing.repeat(MANY)}`;
}

function hostless(version: string, host: string): Buffer {
  return Buffer.from(`GET /health/live ${version}\r\n${host}Connection: close\r\n\r\n`);
}

/** As the answers of a connection were: `400 malformed_number`, `200`, `431` of the parser. */
function readAnswers(text: string): string[] {
  const answers: string[] = [];
  for (let rest = text; rest !== "";) {
    const [head = "", ...parts] = rest.split("\r\n\r\n");
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
    if (status === undefined) throw new Error(`no answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    const body = parts.join("\r\n\r\n").slice(0, length);
    if (body.length < length) throw new Error(`half an answer: ${JSON.stringify(rest)}`);
    rest = rest.slice(head.length + 4 + length);
    answers.push(readAnswer(Number(status), head, body));
  }
  return answers;
}

/** Errors: throws when the answer is not one that docs/http.md knows. */
function readAnswer(status: number, head: string, body: string): string {
  if (/^content-type: application\/problem\+json$/im.test(head)) {
    const problem = Problem.parse(JSON.parse(body));
    expect([problem.status, problem.name in RejectCode]).toEqual([status, true]);
    return `${status} ${problem.name}`;
  }
  const isBare = [400, 413, 431, 505].includes(status) && /\r\nConnection: close$/.test(head);
  if (status >= 300 && !isBare) throw new Error(`undocumented: ${head}\n${body}`);
  return String(status);
}

const CHUNKED = "Transfer-Encoding: chunked\r\n";

/** What is sent, and its answer: by the document with a name, or bare. Then the venue closes. */
const REQUESTS: readonly (readonly [string, string, () => Uint8Array])[] = [
  ["a price of 10^5 digits", "400 malformed_number", () => post(orderAt(`"${nines()}"`))],
  ["a price of 10^5 zeros", "400 malformed_number", () => post(orderAt(`"1.${"0".repeat(MANY)}"`))],
  ["a JSON number of 10^5 digits", "400 malformed_request", () => post(orderAt(nines()))],
  [
    "one where JSON numbers are taken",
    "400 malformed_number",
    () => post(spotOrderAt(nines()), "/api/spot/v2/"),
  ],
  [
    "an exponent of 10^5 digits",
    "400 malformed_number",
    () => post(spotOrderAt(`1e${nines()}`), "/api/spot/v2/"),
  ],
  [
    "an account of 10^5 digits",
    "400 malformed_request",
    () => post(`{"request_id":"a","to_account":${nines()}}`, TRANSFERS),
  ],
  ["arrays 10^5 deep", "400 malformed_request", () => post(nest("[", "]"))],
  ["objects 10^5 deep", "400 malformed_request", () => post(nest('{"a":', "}"))],
  [
    "depth where JSON numbers are taken",
    "400 malformed_request",
    () => post(nest('{"price":', "}"), "/api/spot/v2/"),
  ],
  ["10^5 openings", "400 malformed_request", () => post("[".repeat(MANY))],
  ["10^5 escapes", "400 malformed_request", () => post(`{"symbol":"${"\\u0000".repeat(MANY)}"}`)],
  ["10^5 bytes 0xff", "400 malformed_request", () => post(Buffer.alloc(MANY, 0xff))],
  ["10^5 NUL bytes", "400 malformed_request", () => post(Buffer.alloc(MANY))],
  [
    "a coding that we do not know",
    "400 malformed_request",
    () => post(Bun.gzipSync(orderAt('"1"')), ORDERS, "Content-Encoding: gzip\r\n"),
  ],
  ["a length of 10^4 digits", "400", () => get("/", `Content-Length: ${"9".repeat(10_000)}\r\n`)],
  ["a length beyond 64 bits", "400", () => get("/", `Content-Length: ${2n ** 64n + 1n}\r\n`)],
  ["a length with a sign", "400", () => get("/", "Content-Length: +3\r\n")],
  [
    "a chunk with 10^5 digits",
    "400",
    () => Buffer.concat([get(ORDERS, keyed(CHUNKED), "POST"), Buffer.from("F".repeat(MANY))]),
  ],
  [
    "a chunk of negative size",
    "400",
    () => Buffer.concat([get(ORDERS, keyed(CHUNKED), "POST"), Buffer.from("-1\r\nx\r\n")]),
  ],
  [
    "a chunk with an endless extension",
    "413",
    () =>
      Buffer.concat([get(ORDERS, keyed(CHUNKED), "POST"), Buffer.from(`1;${"a".repeat(MANY)}`)]),
  ],
  ["a coding besides chunks", "400", () => get("/", "Transfer-Encoding: gzip, chunked\r\n")],
  ["headers without end", "431", () => get("/health", "A: b\r\n".repeat(MANY))],
  ["a header without end", "431", () => get("/health", `A: ${"b".repeat(MANY)}\r\n`)],
  ["a folded header", "400", () => get("/health", "A: b\r\n c\r\n")],
  ["a path without end", "431", () => get(`/${"a".repeat(MANY)}`)],
  [
    "a query of 10^4 digits",
    "400 malformed_request",
    () => get(`/api/v1/data/market/BTC-USDT?depth=${"9".repeat(10_000)}`),
  ],
  [
    "invalid UTF-8 in a path",
    "404 instrument_not_found",
    () => get("/api/v1/data/market/\xff\xfe"),
  ],
  ["invalid UTF-8, escaped", "404 instrument_not_found", () => get("/api/v1/data/market/%ff%fe")],
  ["NUL in a path", "505", () => get("/api/v1/data/market/\0")],
  [
    "invalid UTF-8 as a key",
    "401 credentials_invalid",
    () => get(ORDERS, "Authorization: Bearer \xff\xfe\r\n"),
  ],
  [
    "a key of 10^4 digits",
    "401 credentials_invalid",
    () => get(ORDERS, `Authorization: Bearer ob_${"0".repeat(10_000)}\r\n`),
  ],
  ["a proxy's method", "404 route_not_found", () => get("example.org:443", "", "CONNECT")],
  ["a method that echoes", "405 method_not_allowed", () => get("/health", "", "TRACE")],
  ["a method in small letters", "", () => get("/health", "", "get")],
  ["a method of 10^4 letters", "", () => get("/health", "", "A".repeat(10_000))],
  ["no host, as HTTP/1.0 may", "404 route_not_found", () => hostless("HTTP/1.0", "")],
  ["an empty host", "404 route_not_found", () => hostless("HTTP/1.1", "Host:\r\n")],
  ["lines without returns", "505", () => Buffer.from("GET /health HTTP/1.1\nHost: a\n\n")],
];

describe("one request of", () => {
  test.each(REQUESTS)("%s", async (_what, expected, make) => {
    const { text, isClosed } = await talk(venue.url, [make()]);
    expect([readAnswers(text).join(), isClosed]).toEqual([expected, true]);
  });
});

/** Connections open at once. */
const BATCH = 64;
const SEED = 1;
type Draw = (random: Random) => Buffer;

/** An order, its head and body in one piece. */
function validOrder(): Buffer {
  return post(orderAt('"1.00"'));
}

function randomBytes(random: Random): Buffer {
  const length = 1 + random.below(4_096);
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

const WORDS = [
  ...["GET ", "POST ", "/health ", `${ORDERS} `, "HTTP/1.1", "\r\n", "\r\n\r\n", ": ", "{", "\0"],
  ...["Host: a\r\n", "Content-Length: 9", "Transfer-Encoding: chunked\r\n", "5\r\n", "0\r\n", " "],
];

/** What is sent, and which answers there may be; of the last, each is one that is documented. */
const KINDS: readonly (readonly [string, RegExp, Draw])[] = [
  ["random bytes", /^(400|431|505|closed)$/, randomBytes],
  [
    "words of the protocol in any order",
    /^(200|4\d\d( \w+)?|505|closed)$/,
    (random) => {
      const words = Array.from({ length: 20 }, () => WORDS[random.below(WORDS.length)] ?? "");
      return Buffer.from(`GET /health HTTP/1.1\r\n${words.join("")}`, "latin1");
    },
  ],
  [
    "half an order",
    /^closed$/,
    (random) => {
      const whole = validOrder();
      return whole.subarray(0, random.below(whole.length));
    },
  ],
  [
    "an order and noise behind it",
    /^(201|400|closed)$/,
    (random) => Buffer.concat([validOrder(), randomBytes(random)]),
  ],
  [
    "a body of 10^5 levels or digits",
    // Closed by us, when it takes longer than the rest of its batch.
    /^(400 malformed_(number|request)|closed)$/,
    (random) => {
      const price = random.below(2) === 0 ? nines() : nest("[", "]");
      return post(random.below(2) === 0 ? spotOrderAt(price) : orderAt(price), "/api/spot/v2/");
    },
  ],
  [
    "an order with some other bytes",
    /./,
    (random) => {
      const bytes = validOrder();
      for (let count = 1 + random.below(3); count > 0; count -= 1) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      return bytes;
    },
  ],
];

const ANSWER_SHOWN = 2_000;

/** Sends a batch of each kind. Returns which answers came. */
async function bother(random: Random): Promise<Set<string>> {
  const seen = new Set<string>();
  // What arrives on other connections before these calls is dealt with before their answers.
  const fence = async (): Promise<void> => {
    for (let turn = 0; turn < 2; turn += 1) await fetch(`${venue.url}/health/live`);
  };
  for (const [what, expected, draw] of KINDS) {
    const texts = Array.from({ length: BATCH }, () => draw(random));
    for (const [index, answer] of (await talkAtOnce(venue.url, texts, fence)).entries()) {
      try {
        const answers = answer === "" ? ["closed"] : readAnswers(answer);
        for (const each of answers) {
          seen.add(each);
          expect(each).toMatch(expected);
        }
      } catch (error) {
        const bytes = texts[index]?.subarray(0, 300).toString("base64");
        const found = `${String(error)}\n${answer.slice(0, ANSWER_SHOWN)}`;
        throw new Error(`seed ${SEED}, ${what}, ${bytes}: ${found}`, { cause: error });
      }
    }
  }
  return seen;
}

/** Resident memory of the venue, in bytes. */
function residentBytes(): number {
  const status = readFileSync(`/proc/${venue.pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

/** Files come later, too: those of stages are opened when there is something to keep. */
function openSockets(): number {
  const directory = `/proc/${venue.pid}/fd`;
  return readdirSync(directory).filter((name) => isSocket(join(directory, name))).length;
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith("socket:");
  } catch {
    // Closed meanwhile.
    return false;
  }
}

/** Until buffers, code and the collector's heap have their size. */
const WARM_UP_BATCHES = 20;
/** Of each part: 64 × 6 × 30 connections. */
const BATCHES = 30;
/** About 1 KiB of each connection of one part. Two parts were seen to differ by 16 MiB. */
const GROWTH_BYTES_MAX = 12 << 20;

test.concurrent(
  "memory is the same after thousands of connections of noise and thousands more",
  async () => {
    const random = new Random(SEED);
    const seen = new Set<string>();
    /** Its smallest size: what the collector has yet to take is not what is left. */
    const sizeAfter = async (batches: number): Promise<number> => {
      let least = Infinity;
      for (let batch = 0; batch < batches; batch += 1) {
        for (const answer of await bother(random)) seen.add(answer);
        least = Math.min(least, residentBytes());
      }
      return least;
    };
    await sizeAfter(WARM_UP_BATCHES);
    const growth = await growthOfParts(() => sizeAfter(BATCHES), GROWTH_BYTES_MAX);
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX);
    const wanted = ["201", "400", "505", "closed", "400 malformed_number", "404 route_not_found"];
    expect([...seen]).toEqual(expect.arrayContaining(wanted));
  },
  240_000,
);

const HEALTH = "GET /health/live HTTP/1.1\r\nHost: a\r\n";
/** Longer than any of these connections may live. */
const DROPS = 60;

test.concurrent.each([
  ["never begins", [""]],
  ["stops after a byte", ["G"]],
  ["stops in the middle", [HEALTH]],
  ["comes line by line", [HEALTH, ...Array<string>(DROPS).fill("A: b\r\n")]],
  ["comes byte by byte", [HEALTH, "A: ", ...Array<string>(DROPS).fill("b")]],
  ["stops behind another request", [`${HEALTH}\r\n${HEALTH}`]],
  ["comes byte by byte behind another", [`${HEALTH}\r\n`, ...Array<string>(DROPS).fill("G")]],
])(
  "a head that %s is closed in time",
  async (_what, parts) => {
    // `talk` itself waits for 20 s at most.
    const { text, isClosed } = await talk(venue.url, parts, { gapMs: 1_000 });
    expect([readAnswers(text).length <= 1, isClosed]).toEqual([true, true]);
  },
  40_000,
);

test("nothing is left of all that", async () => {
  await until(15_000, "the connections are gone", () => openSockets() <= socketsBefore);
  expect((await venue.fetch("GET", "/health/ready")).status).toBe(200);
}, 20_000);

// Commands to a running venue: calls of its admin API.

import {
  type Command,
  type CommandFlag,
  type CommandInput,
  connect,
  printAnswer,
} from "./command.ts";

const ADMIN = "/api/v1/admin";

interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: object;
}

function required(name: string, value: string): CommandFlag {
  return { name, value, isRequired: true };
}

function optional(name: string, value: string): CommandFlag {
  return { name, value, isRequired: false };
}

/** A command that makes its calls one after the other and prints every answer. */
function calling(
  name: string,
  usage: string,
  summary: string,
  flags: readonly CommandFlag[],
  toCalls: (input: CommandInput) => readonly Call[],
): Command {
  return {
    name,
    usage,
    summary,
    wordCount: usage.split("<").length - 1,
    flags,
    async run(input) {
      const venue = connect(input);
      for (const { method, path, body } of toCalls(input)) {
        printAnswer(input.print, await venue.call(method, path, body));
      }
    },
  };
}

const ACCOUNTS: readonly Command[] = [
  calling("account create", "<name>", "open an account", [], ({ words: [name] }) => [
    { method: "POST", path: `${ADMIN}/accounts`, body: { name } },
  ]),
  calling("account list", "", "list the accounts, by id", [], () => [
    { method: "GET", path: `${ADMIN}/accounts?limit=1000` },
  ]),
  calling(
    "deposit",
    "<account id> <currency> <amount>",
    "credit an account; repeating a request id does nothing twice",
    [optional("request-id", "id")],
    ({ words: [account = "", currency, amount], flags }) => [
      {
        method: "POST",
        path: `/api/v1/accounts/${encodeURIComponent(account)}/deposits`,
        body: { currency, amount, request_id: flags.get("request-id") ?? crypto.randomUUID() },
      },
    ],
  ),
];

const KEYS: readonly Command[] = [
  calling(
    "key create",
    "<account id>",
    "make a key of an account; its secret is printed once, and with a public key there is none",
    [
      ...[required("permissions", "read,trade,transfer,admin"), optional("label", "text")],
      optional("public-key", "text"),
    ],
    ({ words: [account], flags }) => [
      {
        method: "POST",
        path: `${ADMIN}/keys`,
        body: {
          account: Number(account),
          permissions: flags.get("permissions")?.split(","),
          label: flags.get("label"),
          public_key: flags.get("public-key"),
        },
      },
    ],
  ),
  calling("key revoke", "<key id>", "refuse a key from now on", [], ({ words: [key = ""] }) => [
    { method: "DELETE", path: `${ADMIN}/keys/${encodeURIComponent(key)}` },
  ]),
  calling("key list", "", "list the keys, without secrets", [], () => [
    { method: "GET", path: `${ADMIN}/keys?limit=1000` },
  ]),
];

/** As text on the command line, and in the request. */
const BOOLEANS = ["reset-on-logon", "cancel-on-disconnect", "cancel-on-logout"];
const NUMBERS = [
  ...["heartbeat-seconds-min", "heartbeat-seconds-max", "sending-time-window-ms"],
  "timestamp-digits",
];

const FIX_SESSIONS: readonly Command[] = [
  calling(
    "fix-session create",
    "<comp id>",
    "let a FIX client of this CompID log on with a key",
    [
      ...[required("kind", "order_entry/drop_copy/market_data"), required("key-id", "key id")],
      ...BOOLEANS.map((name) => optional(name, "true/false")),
      ...NUMBERS.map((name) => optional(name, "number")),
    ],
    ({ words: [compId], flags }) => [
      {
        method: "POST",
        path: `${ADMIN}/fix-sessions`,
        body: {
          comp_id: compId,
          kind: flags.get("kind"),
          key_id: flags.get("key-id"),
          ...readOptions(flags),
        },
      },
    ],
  ),
  calling("fix-session delete", "<comp id>", "log a FIX session out for good", [], ({ words }) => [
    { method: "DELETE", path: `${ADMIN}/fix-sessions/${encodeURIComponent(words[0] ?? "")}` },
  ]),
  calling("fix-session list", "", "list the FIX sessions", [], () => [
    { method: "GET", path: `${ADMIN}/fix-sessions` },
  ]),
];

const BINARY_SESSIONS: readonly Command[] = [
  calling(
    "binary-session delete",
    "<account id> <session name>",
    "end a session of the binary port and free its name; what it was owed goes",
    [],
    ({ words }) => [
      {
        method: "DELETE",
        path: `${ADMIN}/binary-sessions/${words.map(encodeURIComponent).join("/")}`,
      },
    ],
  ),
  calling("binary-session list", "", "list the session names of the binary port", [], () => [
    { method: "GET", path: `${ADMIN}/binary-sessions` },
  ]),
];

/** What is no boolean or number goes as it is, for the venue to refuse. */
function readOptions(flags: ReadonlyMap<string, string>): object {
  const booleans = new Map([
    ["true", true],
    ["false", false],
  ]);
  const given = [...BOOLEANS, ...NUMBERS].filter((name) => flags.has(name));
  return Object.fromEntries(
    given.map((name) => {
      const text = flags.get(name) ?? "";
      const value = NUMBERS.includes(name) ? Number(text) : (booleans.get(text) ?? text);
      return [name.replaceAll("-", "_"), value];
    }),
  );
}

const INSTRUMENTS: readonly Command[] = [
  calling(
    "currency add",
    "<code>",
    "add a currency",
    [required("scale", "decimals")],
    ({ words: [code], flags }) => [
      {
        method: "POST",
        path: `${ADMIN}/currencies`,
        body: { code, scale: Number(flags.get("scale")) },
      },
    ],
  ),
  calling(
    "instrument add",
    "<symbol>",
    "add an instrument, halted; `instrument open` lets it trade",
    [
      ...[required("base", "currency"), required("quote", "currency")],
      ...[required("tick", "price"), required("lot", "quantity")],
      ...[optional("maker-rate", "fraction"), optional("taker-rate", "fraction")],
      ...[optional("reference-price", "price"), optional("band", "fraction")],
    ],
    toInstrumentCalls,
  ),
  calling("instrument open", "<symbol>", "let it trade", [], ({ words }) => [
    toState(words[0], "open"),
  ]),
  calling(
    "instrument halt",
    "<symbol>",
    "stop trading; only the venue may cancel",
    [],
    ({ words }) => [toState(words[0], "halted")],
  ),
];

function toInstrumentCalls({ words: [symbol = ""], flags }: CommandInput): readonly Call[] {
  const path = `${ADMIN}/instruments`;
  const create: Call = {
    method: "POST",
    path,
    body: {
      symbol,
      base_currency: flags.get("base"),
      quote_currency: flags.get("quote"),
      tick_size: flags.get("tick"),
      lot_size: flags.get("lot"),
    },
  };
  const calls: Call[] = [create];
  const own = `${path}/${encodeURIComponent(symbol)}`;
  if (flags.has("maker-rate") || flags.has("taker-rate")) {
    const [maker_rate, taker_rate] = ["maker-rate", "taker-rate"].map(
      (rate) => flags.get(rate) ?? "0",
    );
    calls.push({ method: "PUT", path: `${own}/fees`, body: { maker_rate, taker_rate } });
  }
  if (flags.has("reference-price") || flags.has("band")) {
    const reference_price = flags.get("reference-price") ?? null;
    const band = flags.get("band") ?? null;
    calls.push({ method: "PUT", path: `${own}/band`, body: { reference_price, band } });
  }
  return calls;
}

function toState(symbol: string | undefined, state: "open" | "halted"): Call {
  const path = `${ADMIN}/instruments/${encodeURIComponent(symbol ?? "")}/state`;
  return { method: "PUT", path, body: { state } };
}

const OPERATION: readonly Command[] = [
  calling("status", "", "how the venue is", [], () => [{ method: "GET", path: `${ADMIN}/status` }]),
  calling("snapshot", "", "write a snapshot in the background", [], () => [
    { method: "POST", path: `${ADMIN}/snapshot` },
  ]),
  calling("clock confirm", "", "believe the system clock after a jump", [], () => [
    { method: "POST", path: `${ADMIN}/clock/confirm` },
  ]),
];

export const ONLINE: readonly Command[] = [
  ...OPERATION,
  ...KEYS,
  ...FIX_SESSIONS,
  ...BINARY_SESSIONS,
  ...ACCOUNTS,
  ...INSTRUMENTS,
];

// What the scripts of the session layer are played on: the echo of the test acceptor, with other
// settings where a script says so.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Log } from "../../../gateway/log.ts";
import { Acceptor, ACCEPTOR_BOUNDS } from "../../../gateway/protocols/fix/acceptor/acceptor.ts";
import type { SessionPlan } from "../../../gateway/protocols/fix/acceptor/session-directory.ts";
import type {
  FixApplication,
  LogonVerdict,
} from "../../../gateway/protocols/fix/session/application.ts";
import { FileStore } from "../../../gateway/protocols/fix/session/file-store.ts";
import { SessionCalendar } from "../../../gateway/protocols/fix/session/schedule.ts";
import {
  type SessionSettings,
  VENUE_SETTINGS,
} from "../../../gateway/protocols/fix/session/settings.ts";
import {
  compileVersion,
  stockVersion,
  toPlan,
} from "../../../gateway/protocols/fix/test-acceptor/test-acceptor.ts";
import type { FixMessage } from "../../../gateway/protocols/fix/wire/message.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { Directive } from "./script-parser.ts";
import type { ScriptHost } from "./script-player.ts";

const VENUE = "VENUE";
const CLIENTS = ["CLIENT1", "CLIENT2"];
const DICTIONARIES = join(import.meta.dir, "dictionaries");
/** So slow that a session gets nothing back while a script runs. */
const PER_SECOND = 0.001;
/** Turns of timers that are due at once, as a paced resend books them. */
const SETTLE_TURNS = 20;

const STOCK = stockVersion();

export interface SessionHost extends ScriptHost, Disposable {
  /** Everything that was logged. */
  readonly logged: string[];
  /** Where `store file` puts its files. */
  readonly directory: string;
}

/** Errors: throws for a directive that is none. */
export function openSessionHost(directives: readonly Directive[]): SessionHost {
  const clock = new ManualClock();
  const logged: string[] = [];
  const log = new Log("info", clock, (bytes) => {
    logged.push(Buffer.from(bytes).toString());
    return bytes.length;
  });
  const directory = mkdtempSync(join(tmpdir(), "openbell-fix-"));
  const plan = directives.reduce(
    (made, directive) => apply(made, directive, directory),
    toBase(directives),
  );
  const bounds = { ...ACCEPTOR_BOUNDS, ...readBounds(directives) };
  const open = (): Acceptor => new Acceptor({ plan, bounds, clock, log });
  let acceptor = open();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) {
      await Promise.resolve();
      clock.advanceMs(0);
    }
  };
  return {
    ...{ clock, logged, directory, settle },
    get acceptor() {
      return acceptor;
    },
    beginString: plan.dictionary.beginString,
    venue: VENUE,
    say(client, line) {
      const id = { beginString: plan.dictionary.beginString, senderCompId: VENUE };
      const session = acceptor.session({ ...id, targetCompId: client });
      if (session === undefined) throw new Error(`${client} is unknown`);
      const [type = "", ...fields] = line.split("|").map(toField);
      const writer = session.begin(type[1] ?? "");
      for (const [tag, value] of fields) writer.text(Number(tag), value);
      session.send();
    },
    async restart() {
      // What a crash leaves behind is what was flushed.
      await settle();
      acceptor = open();
    },
    [Symbol.dispose]() {
      rmSync(directory, { recursive: true });
    },
  };
}

function toField(field: string): readonly [string, string] {
  const at = field.indexOf("=");
  return [field.slice(0, at), field.slice(at + 1)];
}

function toBase(directives: readonly Directive[]): SessionPlan {
  const name = directives.find(({ word }) => word === "version")?.rest;
  const read = (file: string): string => readFileSync(join(DICTIONARIES, `${file}.xml`), "utf8");
  const isFixt = name?.startsWith("FIX.5") === true;
  const version =
    name === undefined ? STOCK : compileVersion(read(name), isFixt ? read("FIXT.1.1") : undefined);
  return toPlan({ senderCompId: VENUE, targetCompIds: CLIENTS, version });
}

function apply(plan: SessionPlan, { word, rest }: Directive, directory: string): SessionPlan {
  switch (word) {
    case "settings":
      return withSettings(plan, VENUE_SETTINGS);
    case "set":
      return withSettings(plan, readSetting(rest));
    case "schedule":
      return withSettings(plan, { calendar: readCalendar(rest) });
    case "password":
      return { ...plan, application: new Doorkeeper(plan.application, rest) };
    case "store": {
      const options = { directory, bytesMax: 1 << 20, sync: "none" } as const;
      return { ...plan, openStore: (id, nowUs) => new FileStore(id, options, nowUs) };
    }
    default:
      return plan;
  }
}

function withSettings(plan: SessionPlan, changed: Partial<SessionSettings>): SessionPlan {
  const { settingsOf } = plan;
  // One object per plan, as sessions share a calendar.
  let made: SessionSettings | undefined;
  return {
    ...plan,
    settingsOf(id) {
      const settings = settingsOf(id);
      if (settings !== undefined) made ??= { ...settings, ...changed };
      return settings === undefined ? undefined : made;
    },
  };
}

function readSetting(text: string): Partial<SessionSettings> {
  const [name = "", value = ""] = text.split(" ");
  switch (name) {
    case "reset-on-logon":
      return { isResetOnLogon: value === "yes" };
    case "messages":
      return { hardRate: { perSecond: PER_SECOND, burst: Number(value) } };
    case "window-seconds":
      return { sendingTimeWindowMs: Number(value) * 1_000 };
    default:
      throw new Error(`no setting ${name}`);
  }
}

/** `day 22:00-21:00 UTC`, in hours and minutes. */
function readCalendar(text: string): SessionCalendar {
  const [every, times = "", timeZone = ""] = text.split(" ");
  const [startSecond = 0, endSecond = 0] = times.split("-").map((time) => {
    const [hour = 0, minute = 0] = time.split(":").map(Number);
    return (hour * 60 + minute) * 60;
  });
  return new SessionCalendar({
    every: every === "week" ? "week" : "day",
    ...{ startSecond, endSecond, timeZone },
  });
}

function readBounds(directives: readonly Directive[]): Record<string, number> {
  const bounds = directives.filter(({ word }) => word === "bound");
  return Object.fromEntries(
    bounds.map(({ rest }) => {
      const [name = "", value = ""] = rest.split(" ");
      if (!(name in ACCEPTOR_BOUNDS)) throw new Error(`no bound ${name}`);
      return [name, Number(value)];
    }),
  );
}

/** Lets in who knows the password (554); who gives none is not spoken to. */
class Doorkeeper implements FixApplication {
  readonly #inner: FixApplication;
  readonly #password: string;
  readonly onLogon: FixApplication["onLogon"];
  readonly onMessage: FixApplication["onMessage"];
  readonly onLogout: FixApplication["onLogout"];

  constructor(inner: FixApplication, password: string) {
    this.#inner = inner;
    this.#password = password;
    this.onLogon = (session) => this.#inner.onLogon(session);
    this.onMessage = (session, message) => this.#inner.onMessage(session, message);
    this.onLogout = (session, cause) => this.#inner.onLogout(session, cause);
  }

  authenticate(_: unknown, logon: FixMessage): LogonVerdict {
    if (!logon.has(554)) return { kind: "silent" };
    if (logon.is(554, this.#password)) return { kind: "accepted" };
    return { kind: "refused", text: "Unknown key or wrong secret" };
  }
}

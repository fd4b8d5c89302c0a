// The session layer of the venue with the echo behind it, on the loopback interface.

import type { Clock } from "../../../clock.ts";
import type { Log } from "../../../log.ts";
import { Acceptor, ACCEPTOR_BOUNDS } from "../acceptor/acceptor.ts";
import { listen } from "../../../sessions/byte-listener.ts";
import type { SessionPlan } from "../acceptor/session-directory.ts";
import { makeStockDictionary } from "../codec.ts";
import { compileDictionary } from "../dictionary/compile.ts";
import { Dictionary } from "../dictionary/dictionary.ts";
import { MemoryStore } from "../session/memory-store.ts";
import { TEST_ACCEPTOR_SETTINGS } from "../session/settings.ts";
import { EchoApplication } from "./echo.ts";

export interface TestAcceptorOptions {
  /** 0 takes any free one. */
  readonly port: number;
  readonly senderCompId: string;
  /** Each is a session of its own. */
  readonly targetCompIds: readonly string[];
  readonly version: FixVersion;
  readonly clock: Clock;
  readonly log: Log;
}

/** A version of FIX, as dictionaries have it. */
export interface FixVersion {
  readonly dictionary: Dictionary;
  /** What people call it: FIX.5.0SP2 where the BeginString is FIXT.1.1. */
  readonly name: string;
  /** DefaultApplVerID (1137), where the session is FIXT.1.1. */
  readonly defaultApplVerId: string;
}

export interface TestAcceptor {
  readonly port: number;
  stop(): Promise<void>;
}

/** Kept for a resend, of each session. */
const STORE_BYTES_MAX = 32 << 20;
/** DefaultApplVerID (1137) of the versions that are spoken over FIXT. */
const APPL_VER_IDS: ReadonlyMap<string, string> = new Map([
  ["FIX.5.0", "7"],
  ["FIX.5.0SP1", "8"],
  ["FIX.5.0SP2", "9"],
]);

/** FIX 4.4 as engines ship it. */
export function stockVersion(): FixVersion {
  return toVersion(makeStockDictionary(), "FIX.4.4");
}

/**
 * A version from dictionaries in the XML of QuickFIX: one, or that of FIX 5.0 and later and the
 * one of FIXT 1.1 that carries it. Errors: throws for what is no dictionary.
 */
export function compileVersion(application: string, transport: string | undefined): FixVersion {
  const text = compileDictionary(application);
  const alone = new Dictionary(text);
  if (transport === undefined) return toVersion(alone, alone.beginString);
  return toVersion(new Dictionary(compileDictionary(transport), text), alone.beginString);
}

function toVersion(dictionary: Dictionary, name: string): FixVersion {
  const { defaultApplVerId } = TEST_ACCEPTOR_SETTINGS;
  return { dictionary, name, defaultApplVerId: APPL_VER_IDS.get(name) ?? defaultApplVerId };
}

/** Errors: throws the operating system's for the port. */
export function startTestAcceptor(options: TestAcceptorOptions): TestAcceptor {
  const { clock, log, port } = options;
  const acceptor = new Acceptor({ plan: toPlan(options), bounds: ACCEPTOR_BOUNDS, clock, log });
  const listener = listen(acceptor, { host: "127.0.0.1", port });
  return {
    port: listener.port,
    async stop() {
      listener.stop();
      await acceptor.stop("Test acceptor stops");
    },
  };
}

/** The sessions of a test acceptor. */
export function toPlan({
  senderCompId,
  targetCompIds,
  version: { dictionary, defaultApplVerId },
}: Pick<TestAcceptorOptions, "senderCompId" | "targetCompIds" | "version">): SessionPlan {
  const settings = { ...TEST_ACCEPTOR_SETTINGS, defaultApplVerId };
  return {
    application: new EchoApplication(dictionary),
    dictionary,
    settingsOf(id) {
      const isOurs = id.beginString === dictionary.beginString && id.senderCompId === senderCompId;
      return isOurs && targetCompIds.includes(id.targetCompId) ? settings : undefined;
    },
    openStore: (_, nowUs) => new MemoryStore(STORE_BYTES_MAX, nowUs),
  };
}

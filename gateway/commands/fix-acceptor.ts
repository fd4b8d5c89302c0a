// `openbell fix-acceptor`: the FIX session layer with an echo behind it, to try a FIX client on.

import { readFileSync } from "node:fs";
import { Log } from "../log.ts";
import {
  compileVersion,
  type FixVersion,
  startTestAcceptor,
  stockVersion,
} from "../protocols/fix/test-acceptor/test-acceptor.ts";
import type { Command, CommandFlag } from "./command.ts";
import { UsageError } from "./command-line.ts";

const PORT_MAX = 65_535;
/** What a FIX field may hold, without what a list of them is cut at. */
const COMP_ID = /^[\x21-\x2b\x2d-\x7e]{1,64}$/;

const flag = (name: string, value: string, isRequired: boolean): CommandFlag => ({
  name,
  value,
  isRequired,
});

export const FIX_ACCEPTOR: readonly Command[] = [
  {
    name: "fix-acceptor",
    usage: "",
    summary: "run the FIX session layer with an echo behind it, on 127.0.0.1, until a signal",
    wordCount: 0,
    flags: [
      flag("port", "port", true),
      flag("sender", "our CompID", true),
      flag("target", "client's CompID[,another]", true),
      flag("begin-string", "FIX.4.4", false),
      flag("dictionary", "xml file", false),
      flag("transport-dictionary", "xml file", false),
    ],
    async run({ config, clock, flags, print }) {
      const port = readPort(flags.get("port") ?? "");
      const senderCompId = readCompId(flags.get("sender") ?? "");
      const targetCompIds = (flags.get("target") ?? "").split(",").map(readCompId);
      const version = readVersion(flags);
      const log = new Log(config.logLevel, clock);
      const acceptor = startTestAcceptor({
        ...{ port, senderCompId, targetCompIds, version },
        ...{ clock, log },
      });
      print(`fix-acceptor ${senderCompId} listens on 127.0.0.1:${acceptor.port}`);
      await new Promise<void>((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
      });
      await acceptor.stop();
      log.flush();
    },
  },
];

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > PORT_MAX) throw new UsageError(`--port ${text} is no port`);
  return port;
}

function readCompId(text: string): string {
  if (!COMP_ID.test(text)) throw new UsageError(`"${text}" is no CompID`);
  return text;
}

function readVersion(flags: ReadonlyMap<string, string>): FixVersion {
  const beginString = flags.get("begin-string");
  const path = flags.get("dictionary");
  const transport = flags.get("transport-dictionary");
  if (path === undefined && transport !== undefined) {
    throw new UsageError("--transport-dictionary needs --dictionary beside it");
  }
  const version =
    path === undefined
      ? stockVersion()
      : compileVersion(readText(path), transport === undefined ? transport : readText(transport));
  const { name, dictionary } = version;
  if (beginString === undefined || [name, dictionary.beginString].includes(beginString)) {
    return version;
  }
  throw new UsageError(`${beginString} needs a --dictionary of its own; this one is ${name}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Puts an open loop of one order over and over on a server, venue or floor, and prints what its
 * answers took from when each was due.
 *
 * Use: `bun bench/client-load-process.ts <options as JSON>`; see client-load.ts.
 */
import { BinaryDoor } from "./load/binary-door.ts";
import type { Door } from "./load/connection.ts";
import { EchoDoor } from "./load/echo-door.ts";
import { FixDoor } from "./load/fix-door.ts";
import { HttpDoor } from "./load/http-door.ts";
import { Driver } from "./load/drive.ts";
import { Draws } from "./load/mix.ts";
import { Findings, LoadSession } from "./load/session.ts";
import type { ClientLoad } from "./client-load.ts";

/** More than are open at the rates of a bench. */
const OPEN_MAX = 1_000;

function doorOf({ protocol, port, requestBytes, replyBytes }: ClientLoad): Door {
  const address = { hostname: "127.0.0.1", port, tls: false };
  if (protocol === "http") return new HttpDoor(address);
  if (protocol === "fix") return new FixDoor(address, "OPENBELL");
  if (protocol === "binary") return new BinaryDoor(address);
  return new EchoDoor(address, requestBytes, replyBytes);
}

async function main(text: string): Promise<void> {
  // why: client-load.ts wrote it
  const load = JSON.parse(text) as ClientLoad;
  const { credentials, firstOrder, mix, terms, warmUpSeconds, seconds, perSecond, seed } = load;
  const findings = new Findings();
  const draws = new Draws(mix, seed);
  const market = { termsOf: () => terms };
  const sessions = credentials.map((_, index) => {
    const prefix = `o${firstOrder}-${index}-`;
    return new LoadSession({ prefix, market, draws, findings, openMax: OPEN_MAX });
  });
  const driver = new Driver(sessions, findings);
  const door = doorOf(load);
  for (const [index, session] of sessions.entries()) {
    const connection = await door.connect(credentials[index] ?? { token: "", compId: "" }, {
      answered: (outcome) => driver.answered(session, outcome),
      ended: (id) => session.ended(id),
      broken: (error) => driver.fail(error),
    });
    session.attach(connection);
  }
  const times = { warmUpSeconds, seconds };
  const { unanswered, unsent } = await driver.open(times, perSecond);
  await Promise.all(sessions.map((session) => session.close()));
  const { all, late, refusals } = findings;
  if (unanswered + unsent + refusals.size > 0) {
    const refused = JSON.stringify([...refusals]);
    throw new Error(`${unanswered} unanswered, ${unsent} unsent, refused ${refused}`);
  }
  const measured = {
    ...all.toMeasured(),
    late_p99_us: late.percentile(0.99),
    hash: Draws.hashOf(mix, seed),
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
  process.exit(0);
}

await main(process.argv[2] ?? "");

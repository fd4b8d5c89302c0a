// A process that writes a history of made-up transactions and tells how far the disk has it.
// Arguments: file, seed, transactions. Ends when all is there; meant to be killed before.

import { systemClock } from "../../gateway/clock.ts";
import { HistoryStage } from "../../gateway/stages/history/history-stage.ts";
import { feed } from "./history-feed.ts";
import { OrderStream } from "./order-stream.ts";

/** Many turns lie between the first checkpoint and the last. */
const AHEAD_MAX = 300;

const [path = "", seed = "", count = ""] = process.argv.slice(2);
const stage = new HistoryStage({
  path,
  retentionDays: 0,
  journalSequence: 1e9,
  clock: systemClock,
});
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
await feed(stage, new OrderStream(Number(seed)).take(Number(count)), {
  aheadMax: AHEAD_MAX,
  onTurn: () => tell(`checkpoint ${stage.checkpoint()}`),
  onFailure: (error) => tell(`failed ${error}`),
});
await stage.stop();
tell("done");

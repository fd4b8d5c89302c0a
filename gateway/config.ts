// The configuration: sources joined, held against the table in config/settings.ts and checked. Read
// once by main.ts, frozen, printed at start, passed down; nobody else reads the environment.

import { findConflicts } from "./config/conflicts.ts";
import {
  type Config,
  PROFILES,
  type ProfileName,
  type Setting,
  SETTINGS,
} from "./config/settings.ts";

export { type FixSchedule, readFixSchedule } from "./config/conflicts.ts";
export { type Config, PROFILES, SETTINGS } from "./config/settings.ts";

/** Where settings come from. Later ones win: profile, file, environment, flags. */
export interface ConfigSources {
  /** `openbell.yaml`; `undefined` when there is none. */
  readonly file?: { readonly path: string; readonly text: string } | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `http-port` → `8081`, without the dashes in front. */
  readonly flags: ReadonlyMap<string, string>;
}

/** Every problem of the configuration, one per line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

interface Given {
  readonly key: string;
  readonly value: unknown;
  readonly source: string;
}

/** Joins, checks and freezes the settings. Errors: throws `ConfigError` with all problems. */
export function loadConfig(sources: ConfigSources): Config {
  const problems: string[] = [];
  const given = readSources(sources, problems);
  const profile = given.findLast((each) => each.key === "profile")?.value ?? "default";
  if (!isProfileName(profile)) {
    const names = Object.keys(PROFILES).join(", ");
    throw new ConfigError(`profile = ${String(profile)}: must be one of ${names}`);
  }
  const values: Record<string, unknown> = { profile };
  for (const [key, setting] of Object.entries(SETTINGS)) values[toCamelCase(key)] = setting.default;
  for (const [key, value] of Object.entries(PROFILES[profile])) values[toCamelCase(key)] = value;
  for (const { key, value, source } of given) {
    if (key === "profile") continue;
    const setting = findSetting(key);
    if (setting === undefined) {
      problems.push(`${key} (${source}): no such setting; docs/operating.md lists them`);
      continue;
    }
    const read = readValue(setting, value);
    if (read === undefined) {
      const shown = isSecret(key) ? "…" : String(value);
      problems.push(`${key} = ${shown} (${source}): ${wanted(setting)}. ${setting.why}`);
    } else values[toCamelCase(key)] = read;
  }
  // why: every key of the table was just set, each with a value of its setting's kind
  const config = Object.freeze(values) as Config;
  problems.push(...findConflicts(config));
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return config;
}

/** What is printed at start: every setting by key, secrets masked. */
export function toLogFields(config: Config): Record<string, string | number | boolean> {
  const fields: Record<string, string | number | boolean> = { profile: config.profile };
  const values: Readonly<Record<string, string | number | boolean>> = config;
  for (const key of Object.keys(SETTINGS)) {
    const value = values[toCamelCase(key)] ?? "";
    fields[key] = isSecret(key) && value !== "" ? "…" : value;
  }
  return fields;
}

/** The table as docs/operating.md shows it. */
export function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(([key, setting]) => {
    const changed = Object.entries(PROFILES).flatMap(([name, values]) => {
      const override = Object.entries(values).find(([each]) => each === key);
      return override === undefined ? [] : [`${name}: ${String(override[1])}`];
    });
    const standard = setting.default === "" ? "–" : `\`${String(setting.default)}\``;
    const defaults = [standard, ...changed].join("; ");
    const values = wanted(setting).replace("must be ", "");
    return `| \`${key}\` | ${defaults} | ${values} | ${setting.why} |`;
  });
  return ["| key | default | values | why |", "|---|---|---|---|", ...rows].join("\n");
}

function readSources(sources: ConfigSources, problems: string[]): Given[] {
  const given: Given[] = [];
  if (sources.file !== undefined) {
    const source = sources.file.path;
    try {
      const parsed: unknown = Bun.YAML.parse(sources.file.text) ?? {};
      if (typeof parsed !== "object" || parsed === null)
        throw new Error("it holds no `key: value`");
      for (const [key, value] of Object.entries(parsed)) given.push({ key, value, source });
    } catch (error) {
      problems.push(
        `${source}: not readable as YAML: ${error instanceof Error ? error.message : ""}`,
      );
    }
  }
  for (const [name, value] of Object.entries(sources.environment)) {
    if (!name.startsWith("OPENBELL_") || value === undefined) continue;
    const key = name.slice("OPENBELL_".length).toLowerCase();
    given.push({ key, value, source: `environment ${name}` });
  }
  for (const [name, value] of sources.flags) {
    given.push({ key: name.replaceAll("-", "_"), value, source: `flag --${name}` });
  }
  return given;
}

/** Reads a text of the environment or a flag, or a YAML value; `undefined` when it does not fit. */
function readValue(setting: Setting, value: unknown): string | number | boolean | undefined {
  switch (setting.kind) {
    case "integer": {
      const isNumber = typeof value === "number" || /^[0-9]{1,15}$/.test(String(value));
      const number = isNumber ? Number(value) : Number.NaN;
      const isInRange = number >= setting.min && number <= setting.max;
      return Number.isSafeInteger(number) && isInRange ? number : undefined;
    }
    case "switch":
      if (value === true || value === "true") return true;
      return value === false || value === "false" ? false : undefined;
    case "choice":
      return setting.choices.find((name) => name === value);
    case "text":
      return typeof value === "string" ? value : undefined;
  }
}

function wanted(setting: Setting): string {
  switch (setting.kind) {
    case "integer":
      return `must be ${setting.min} to ${setting.max}`;
    case "switch":
      return "must be true or false";
    case "choice":
      return `must be one of ${setting.choices.join(", ")}`;
    case "text":
      return "must be a text";
  }
}
function findSetting(key: string): Setting | undefined {
  const settings: Readonly<Record<string, Setting | undefined>> = SETTINGS;
  return Object.hasOwn(SETTINGS, key) ? settings[key] : undefined;
}

function isSecret(key: string): boolean {
  const setting = findSetting(key);
  return setting?.kind === "text" && setting.isSecret;
}

function isProfileName(name: unknown): name is ProfileName {
  return typeof name === "string" && Object.hasOwn(PROFILES, name);
}

function toCamelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

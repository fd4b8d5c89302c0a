// The public form of a change (docs/change-log.md, schemas/change-log-entry.schema.json).

/** Entities of the engine, and those that stages derive. */
export type EntityType =
  | "SpotOrder"
  | "SpotTrade"
  | "Balance"
  | "Level"
  | "Instrument"
  | "Account"
  | "Currency"
  | "Session"
  | "Clock"
  | "Alias"
  | "Request"
  | "KLine"
  | "SettlementEvent";

/** Values are texts; empty = none, and as an old value also: not recorded. */
export interface FieldChange {
  readonly field_name: string;
  readonly old_value: string;
  readonly new_value: string;
}

export type ChangeType =
  | { readonly Created: { readonly fields: readonly FieldChange[] } }
  | { readonly Updated: { readonly changed_fields: readonly FieldChange[] } }
  | "Deleted";

export interface ChangeLogEntry {
  /** Unique among those of its type. */
  readonly entity_id: string;
  readonly entity_type: EntityType;
  readonly change_type: ChangeType;
  /**
   * Nanoseconds since 1970 UTC, whole microseconds. A double holds them to 256 ns, so that what
   * JSON writes and reads is still the exact microsecond.
   */
  readonly timestamp: number;
  readonly sequence: number;
  /** Place within the sequence, of the entities of the engine and of each derived one. */
  readonly sub: number;
}

/** An entry with what others group it by. */
export interface KeyedEntry {
  readonly entry: ChangeLogEntry;
  /** 0 = of none. */
  readonly instrument: number;
  /** 0 = of none, or of more than one. */
  readonly account: number;
}

/** Where in the change log an entry stands. */
export interface Place {
  readonly timeUs: number;
  readonly sequence: number;
  readonly sub: number;
}

export function toEntry(
  entityType: EntityType,
  entityId: string,
  changeType: ChangeType,
  { timeUs, sequence, sub }: Place,
): ChangeLogEntry {
  return {
    entity_id: entityId,
    entity_type: entityType,
    change_type: changeType,
    timestamp: timeUs * 1_000,
    sequence,
    sub,
  };
}

/** Field name → its text. */
export type Texts = Readonly<Record<string, string>>;

export function toCreated(texts: Texts): ChangeType {
  return { Created: { fields: toFields({}, texts) } };
}

/** What of `after` is not as in `before`; a field that `before` lacks counts as not recorded. */
export function toUpdated(before: Texts, after: Texts): ChangeType {
  const fields = toFields(before, after);
  return { Updated: { changed_fields: fields.filter((field) => hasChanged(field, before)) } };
}

function hasChanged({ field_name: name, old_value, new_value }: FieldChange, before: Texts) {
  return old_value !== new_value || !Object.hasOwn(before, name);
}

function toFields(before: Texts, after: Texts): FieldChange[] {
  return Object.entries(after).map(([name, text]) => {
    return { field_name: name, old_value: before[name] ?? "", new_value: text };
  });
}

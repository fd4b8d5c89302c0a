// Rebuilds every entity from public entries alone, and is not content when one does not follow from
// those before it.

import type { ChangeLogEntry, EntityType, FieldChange } from "../../gateway/change-json/entry.ts";

/** Types whose updates say what was before. */
const RECORDED: ReadonlySet<EntityType> = new Set(["SpotOrder", "Balance", "KLine"]);

export type Entity = Map<string, string>;

export class EntryReplay {
  readonly #entities = new Map<EntityType, Map<string, Entity>>();

  /** All entities of a type that there are, by id. */
  of(type: EntityType): Map<string, Entity> {
    const found = this.#entities.get(type) ?? new Map<string, Entity>();
    this.#entities.set(type, found);
    return found;
  }

  /** Errors: throws when the entry does not fit what it changes. */
  apply({ entity_type: type, entity_id: id, change_type: change }: ChangeLogEntry): void {
    const all = this.of(type);
    const entity = all.get(id);
    if (change === "Deleted") {
      if (entity === undefined) throw new Error(`${type} ${id} is deleted and was not there`);
      all.delete(id);
    } else if ("Created" in change) {
      if (entity !== undefined) throw new Error(`${type} ${id} is created twice`);
      const { fields } = change.Created;
      all.set(id, new Map(fields.map((field) => [field.field_name, field.new_value])));
    } else {
      const updated = entity ?? new Map<string, string>();
      all.set(id, updated);
      for (const field of change.Updated.changed_fields) update(type, id, updated, field);
    }
  }
}

function update(type: EntityType, id: string, entity: Entity, field: FieldChange): void {
  const { field_name: name, old_value, new_value } = field;
  const isRecorded = RECORDED.has(type);
  // A balance that was never reported is nothing.
  const before = entity.get(name) ?? (type === "Balance" ? old_value.replace(/[1-9]/g, "?") : "");
  if (isRecorded && before !== old_value) {
    throw new Error(`${type} ${id} ${name} was ${before}, not ${old_value}`);
  }
  if (isRecorded && old_value === new_value) throw new Error(`${type} ${id} ${name} is the same`);
  entity.set(name, new_value);
}

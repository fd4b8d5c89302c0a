// Reads fields of a JSON answer by name and kind. A field that is missing or of another kind fails.

/** Decimals of every amount, price and quantity of these tests, as one integer unit. */
const SCALE = 5;

export class JsonObject {
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(fields: unknown) {
    if (typeof fields !== "object" || fields === null) throw new Error(`no object: ${fields}`);
    this.fields = { ...fields };
  }

  static parse(text: string): JsonObject {
    return new JsonObject(JSON.parse(text));
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined && this.fields[name] !== null;
  }

  text(name: string): string {
    const value = this.fields[name];
    if (typeof value !== "string") throw this.#wrong(name);
    return value;
  }

  count(name: string): number {
    const value = this.fields[name];
    if (typeof value !== "number") throw this.#wrong(name);
    return value;
  }

  flag(name: string): boolean {
    const value = this.fields[name];
    if (typeof value !== "boolean") throw this.#wrong(name);
    return value;
  }

  /** A decimal text in units of 10^-5; absent or null is 0. */
  units(name: string): bigint {
    return this.has(name) ? toUnits(this.text(name)) : 0n;
  }

  list(name: string): JsonObject[] {
    const value = this.fields[name];
    if (!Array.isArray(value)) throw this.#wrong(name);
    return value.map((each: unknown) => new JsonObject(each));
  }

  #wrong(name: string): Error {
    return new Error(`field ${name} of ${JSON.stringify(this.fields)}`);
  }
}

/** A decimal text as a whole number of 10^-5. */
export function toUnits(text: string): bigint {
  const parts = /^(-?)([0-9]+)(?:\.([0-9]{1,5}))?$/.exec(text);
  if (parts === null) throw new Error(`${text} is no decimal with at most ${SCALE} decimals`);
  const [, sign = "", whole = "", decimals = ""] = parts;
  return BigInt(`${sign}${whole}${decimals.padEnd(SCALE, "0")}`);
}

export function fromUnits(units: bigint): string {
  const digits = units.toString().padStart(SCALE + 1, "0");
  return `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`;
}

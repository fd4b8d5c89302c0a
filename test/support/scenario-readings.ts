// Texts of a scenario → numbers and bytes of a command.

import { TEXT_BYTES_MAX } from "../../gateway/domain/command.ts";
import {
  parseAmount,
  parseDecimal,
  parsePrice,
  parseQuantity,
} from "../../gateway/domain/decimal.ts";
import type { Instrument } from "../../gateway/domain/instrument.ts";
import { type Parsed, refuse, RejectCode, rejectByNumber } from "../../gateway/domain/reject.ts";
import type { Directory } from "./scenario-directory.ts";
import type { RawByte } from "./scenario-script.ts";

/** Collects what could not be read; `take` gives a stand-in, as no command is made of it. */
export class Readings {
  #rejects: RejectCode[] = [];

  take<Value>(parsed: Parsed<Value>, standIn: Value): Value {
    if (parsed.ok) return parsed.value;
    this.#rejects.push(parsed.reject);
    return standIn;
  }

  /** For a number whose meaning is not known: it can only be malformed. */
  standIn(text: string): number {
    this.take<unknown>(parseDecimal(text), undefined);
    return 1;
  }

  /** The code that comes first in the order of checks. */
  get reject(): RejectCode | undefined {
    const precedence = (code: RejectCode): number => rejectByNumber[code].precedence;
    return this.#rejects.toSorted((one, other) => precedence(one) - precedence(other))[0];
  }
}

/** A text that does not fit the record cannot be one that the engine would take. */
export function readText(
  text: string | undefined,
  reject: RejectCode,
  readings: Readings,
): string | undefined {
  const fits = text === undefined || Buffer.byteLength(text) <= TEXT_BYTES_MAX;
  // The record's empty text means none, so an empty one cannot be said in it.
  if (fits && text !== "") return text;
  return readings.take(refuse(reject), undefined);
}

export function toByte<Word extends string, Value extends number>(
  word: Word | RawByte,
  numbers: Readonly<Record<Word, Value>>,
): Value {
  // why: a byte without a meaning is what such a line of the scenario is about
  return typeof word === "string" ? numbers[word] : (word.byte as Value);
}

export function readPrice(
  text: string | undefined,
  instrument: Instrument | undefined,
  readings: Readings,
): number {
  if (text === undefined) return 0;
  if (instrument === undefined) return readings.standIn(text);
  return readSigned(text, (digits) => readings.take<number>(parsePrice(digits, instrument), 1));
}

/** A number below zero is told to the engine, which judges it at its place among the checks. */
function readSigned(text: string, read: (digits: string) => number): number {
  return text.startsWith("-") ? -read(text.slice(1)) : read(text);
}

export function readQuantity(
  text: string | undefined,
  instrument: Instrument | undefined,
  directory: Directory,
  readings: Readings,
): number {
  if (text === undefined) return 0;
  if (instrument === undefined) return readings.standIn(text);
  const baseScale = directory.currencyOf(instrument.baseCurrency).scale;
  const format = { lotSize: instrument.lotSize, baseScale };
  return readSigned(text, (digits) => readings.take<number>(parseQuantity(digits, format), 1));
}

export function readBudget(
  text: string | undefined,
  instrument: Instrument | undefined,
  directory: Directory,
  readings: Readings,
): bigint {
  if (text === undefined) return 0n;
  if (instrument === undefined) return BigInt(readings.standIn(text));
  const scale = directory.currencyOf(instrument.quoteCurrency).scale;
  const amount = readAmount(text, scale, readings);
  // The record's 0 means no budget, so one of 0 cannot be said in it.
  return amount === 0n ? readings.take(refuse(RejectCode.amount_out_of_range), 1n) : amount;
}

/** As with prices, a number below zero is told to the engine. */
export function readAmount(text: string, scale: number, readings: Readings): bigint {
  if (!text.startsWith("-")) return readings.take<bigint>(parseAmount(text, scale), 1n);
  return -readings.take<bigint>(parseAmount(text.slice(1), scale), 1n);
}

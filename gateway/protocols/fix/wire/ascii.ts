// The bytes of FIX that have a name, and short texts that exist only once.

/** Ends a field. */
export const SOH = 0x01;
export const MINUS = 0x2d;
export const POINT = 0x2e;
export const ZERO = 0x30;
export const NINE = 0x39;
export const COLON = 0x3a;
export const EQUALS = 0x3d;
export const NO = 0x4e;
export const YES = 0x59;

/** Every text of one byte: making it anew for each field costs more than reading the field. */
const SINGLES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
/** Texts of two ASCII bytes that were asked for: message types such as "AE"; at most 16,384. */
const PAIRS: (string | undefined)[] = [];

/** The bytes as text, Latin-1: every byte is one character, so that echoing is exact. */
export function readText(bytes: Buffer, start: number, length: number): string {
  if (length === 1) return SINGLES[bytes[start] ?? 0] ?? "";
  return bytes.toString("latin1", start, start + length);
}

/** As `readText`, and texts of one or two ASCII bytes are made only once. */
export function readShortText(bytes: Buffer, start: number, length: number): string {
  if (length !== 2) return readText(bytes, start, length);
  const first = bytes[start] ?? 0;
  const second = bytes[start + 1] ?? 0;
  if (first > 0x7f || second > 0x7f) return readText(bytes, start, length);
  return (PAIRS[first * 0x80 + second] ??= readText(bytes, start, length));
}

/** Sum of the bytes modulo 256: what a CheckSum (10) says. */
export function sumBytes(bytes: Buffer, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at += 1) sum += bytes[at] ?? 0;
  return sum & 0xff;
}

/** Every other byte of a word. */
const HALF = 0x00ff_00ff;
/** Two bytes of each word go into 16 bits: 128 × 2 × 255 is the last power of two that fits. */
const WORDS_MAX = 128;

/** As `sumBytes`, of bytes that `words` shows four at a time. Cost: a third. */
export function sumWords(bytes: Buffer, words: Int32Array, start: number, end: number): number {
  const firstWord = (start + 3) >> 2;
  const lastWord = end >> 2;
  if (firstWord >= lastWord) return sumBytes(bytes, start, end);
  let sum = sumBytes(bytes, start, firstWord << 2) + sumBytes(bytes, lastWord << 2, end);
  for (let from = firstWord; from < lastWord; from += WORDS_MAX) {
    const to = Math.min(from + WORDS_MAX, lastWord);
    let halves = 0;
    for (let at = from; at < to; at += 1) {
      const word = words[at] ?? 0;
      halves = (halves + (word & HALF) + ((word >>> 8) & HALF)) | 0;
    }
    sum += (halves & 0xffff) + (halves >>> 16);
  }
  return sum & 0xff;
}

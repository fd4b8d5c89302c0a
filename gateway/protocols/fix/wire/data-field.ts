// Fields whose value may contain SOH, and the field right before each that says how long it is.

/** Tag of the length, tag of the data: FIX 4.0 to 5.0 SP2. */
const PAIRS: readonly (readonly [length: number, data: number])[] = [
  [90, 91],
  [93, 89],
  [95, 96],
  [212, 213],
  [348, 349],
  [350, 351],
  [352, 353],
  [354, 355],
  [356, 357],
  [358, 359],
  [360, 361],
  [362, 363],
  [364, 365],
  [445, 446],
  [618, 619],
  [621, 622],
  [1184, 1185],
  [1277, 1278],
  [1280, 1281],
  [1282, 1283],
  [1359, 1360],
  [1397, 1398],
  [1401, 1402],
  [1403, 1404],
  [1468, 1469],
  [1618, 1619],
  [1620, 1621],
];

/** Above the largest tag here. */
const TAGS = 2_048;
/** By tag of the data. */
const LENGTH_TAGS = new Int32Array(TAGS);
for (const [length, data] of PAIRS) LENGTH_TAGS[data] = length;

/** The tag that must stand before a data field with its length; 0 for any other field. */
export function lengthTagOf(tag: number): number {
  return tag >>> 0 < TAGS ? (LENGTH_TAGS[tag] ?? 0) : 0;
}

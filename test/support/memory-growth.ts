// Whether work that is done again and again leaves something in memory.

/** Parts behind the first: more of them than one that the collector lets be larger. */
const PARTS_MAX = 4;

/**
 * By how much memory grows from part to part of the same work: the least that a part is above the
 * first, since what is left is in all of them, and more in each. Ends with the first part that is
 * less than `bytesMax` above it. Units: bytes.
 */
export async function growthOfParts(
  sizeAfterPart: () => Promise<number>,
  bytesMax: number,
): Promise<number> {
  const first = await sizeAfterPart();
  let growth = Infinity;
  for (let part = 0; part < PARTS_MAX && growth >= bytesMax; part += 1) {
    growth = Math.min(growth, (await sizeAfterPart()) - first);
  }
  return growth;
}

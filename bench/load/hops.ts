// The time of each hop inside the venue, from its own stamps: two readings of its metrics, before
// and after what is measured.

/** Written by gateway/sessions/order-hops.ts. */
const FAMILY = "openbell_order_hop_seconds";

export interface Hop {
  readonly name: string;
  readonly count: number;
  readonly mean_us: number;
  /** Upper bounds of the buckets in which these lie; Infinity: above all of them. */
  readonly p50_us: number;
  readonly p90_us: number;
  readonly p99_us: number;
  readonly p999_us: number;
}

/** A histogram as Prometheus text tells it: bounds ascend, counts include those below. */
interface Buckets {
  readonly bounds: number[];
  readonly counts: number[];
  sum: number;
}

/** Readings by hop. */
export type HopReading = ReadonlyMap<string, Buckets>;

/** Errors: throws when the venue tells nothing of hops. */
export async function readHops(url: string, door: string): Promise<HopReading> {
  const response = await fetch(url);
  const text = await response.text();
  if (!text.includes(`# TYPE ${FAMILY} `)) {
    throw new Error(`${url} tells no ${FAMILY}: start the venue with --hop-metrics true`);
  }
  return parseHops(text, door);
}

/** Reads the hops of one door. */
export function parseHops(text: string, door: string): HopReading {
  const hops = new Map<string, Buckets>();
  const pattern = new RegExp(`^${FAMILY}_(bucket|sum)\\{([^}]*)\\} (\\S+)$`, "gm");
  for (const [, part, labels = "", value = ""] of text.matchAll(pattern)) {
    if (labelOf(labels, "door") !== door) continue;
    const hop = labelOf(labels, "hop");
    const buckets = hops.get(hop) ?? { bounds: [], counts: [], sum: 0 };
    hops.set(hop, buckets);
    if (part === "sum") buckets.sum = Number(value);
    else {
      const bound = labelOf(labels, "le");
      buckets.bounds.push(bound === "+Inf" ? Infinity : Number(bound));
      buckets.counts.push(Number(value));
    }
  }
  return hops;
}

function labelOf(labels: string, name: string): string {
  return new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? "";
}

/** What came between two readings. */
export function hopsBetween(before: HopReading, after: HopReading): Hop[] {
  return [...after].map(([name, { bounds, counts, sum }]) => {
    const earlier = before.get(name);
    const since = counts.map((count, at) => count - (earlier?.counts[at] ?? 0));
    const count = since.at(-1) ?? 0;
    const quantile = (share: number): number => {
      const at = since.findIndex((each) => each >= share * count);
      return (bounds[at] ?? Infinity) * 1e6;
    };
    const mean = count === 0 ? 0 : ((sum - (earlier?.sum ?? 0)) / count) * 1e6;
    return {
      ...{ name, count, mean_us: mean, p50_us: quantile(0.5), p90_us: quantile(0.9) },
      ...{ p99_us: quantile(0.99), p999_us: quantile(0.999) },
    };
  });
}

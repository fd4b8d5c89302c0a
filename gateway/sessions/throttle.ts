// Rate limits: a bucket per key for commands and requests, a larger one for its cancels, so that a
// throttled trader can still reduce risk, and one per network for calls without a good key.

/** How fast a bucket refills and how much it holds. */
export interface Rate {
  readonly perSecond: number;
  /** Calls that may come at once after a pause. */
  readonly burst: number;
}

/**
 * A token bucket kept as one number: the time at which it will be full again (GCRA).
 *
 * A call moves that time on by one interval; a call that would move it further than `burst`
 * intervals ahead of now is refused and costs nothing.
 */
export class TokenBucket {
  readonly #intervalUs: number;
  readonly #depthUs: number;
  #fullAtUs = 0;

  constructor(rate: Rate) {
    this.#intervalUs = 1_000_000 / rate.perSecond;
    this.#depthUs = this.#intervalUs * rate.burst;
  }

  /** A bucket that always has a token. */
  static unlimited(): TokenBucket {
    return new TokenBucket({ perSecond: Number.POSITIVE_INFINITY, burst: 1 });
  }

  /** Takes one token. Returns whether there was one. */
  take(nowUs: number): boolean {
    if (this.#intervalUs === 0) return true;
    const fullAtUs = Math.max(this.#fullAtUs, nowUs) + this.#intervalUs;
    if (fullAtUs - nowUs > this.#depthUs) return false;
    this.#fullAtUs = fullAtUs;
    return true;
  }

  /** How many `take` would give now, at most `most`. */
  available(nowUs: number, most: number): number {
    if (this.#intervalUs === 0) return most;
    const room = this.#depthUs - Math.max(0, this.#fullAtUs - nowUs);
    return Math.min(most, Math.max(0, Math.floor(room / this.#intervalUs)));
  }

  /** Takes tokens whether they are there or not; `take` then waits until they would be. */
  charge(nowUs: number, tokens: number): void {
    this.#fullAtUs = Math.max(this.#fullAtUs, nowUs) + tokens * this.#intervalUs;
  }

  /**
   * Time until `take` succeeds, in microseconds, when `charged` more were charged now; 0 when it
   * would at once.
   */
  waitUs(nowUs: number, charged = 0): number {
    if (this.#intervalUs === 0) return 0;
    const fullAtUs = Math.max(this.#fullAtUs, nowUs) + charged * this.#intervalUs;
    return Math.max(0, fullAtUs + this.#intervalUs - this.#depthUs - nowUs);
  }

  isFull(nowUs: number): boolean {
    return this.#fullAtUs <= nowUs;
  }
}

/** Most idle buckets looked at to make room for a newcomer: bounds the cost of one call. */
const EXAMINED_MAX = 16;

/**
 * One bucket per network: an IPv4 address, or the /64 of an IPv6 address, which is one customer.
 *
 * Bounds: `networksMax` buckets. A full one says nothing and makes room; when all are in use,
 * newcomers share one bucket, so that a crowd cannot wash out the limit of those already here.
 */
export class NetworkThrottle {
  readonly #rate: Rate;
  readonly #networksMax: number;
  readonly #shared: TokenBucket;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate, networksMax: number) {
    this.#rate = rate;
    this.#networksMax = networksMax;
    this.#shared = new TokenBucket(rate);
  }

  get networkCount(): number {
    return this.#buckets.size;
  }

  /** The bucket that calls from `address` are counted in. */
  bucketOf(address: string, nowUs: number): TokenBucket {
    const network = toNetwork(address);
    const known = this.#buckets.get(network);
    if (known !== undefined) return known;
    if (this.#buckets.size >= this.#networksMax && !this.#makeRoom(nowUs)) return this.#shared;
    const bucket = new TokenBucket(this.#rate);
    this.#buckets.set(network, bucket);
    return bucket;
  }

  /** Drops a full bucket among the oldest; those in use go to the back, so the search moves on. */
  #makeRoom(nowUs: number): boolean {
    let examined = 0;
    for (const [network, bucket] of this.#buckets) {
      this.#buckets.delete(network);
      if (bucket.isFull(nowUs)) return true;
      this.#buckets.set(network, bucket);
      examined += 1;
      if (examined === EXAMINED_MAX) return false;
    }
    return false;
  }
}

/**
 * The network of an address: IPv4 as it is, also when mapped into IPv6; of IPv6 the first 64 bits.
 */
export function toNetwork(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const tailCount = tail === "" ? 0 : tail.split(":").length;
    while (groups.length + tailCount < 8) groups.push("0");
  }
  return `${groups.slice(0, 4).join(":")}::/64`;
}

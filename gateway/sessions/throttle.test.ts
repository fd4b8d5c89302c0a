import { describe, expect, test } from "bun:test";
import { NetworkThrottle, toNetwork, TokenBucket } from "./throttle.ts";

describe("token bucket", () => {
  test("gives its burst at once, then one token per interval", () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 });
    const now = 1_000_000;
    expect([1, 2, 3, 4].map(() => bucket.take(now))).toEqual([true, true, true, false]);
    expect(bucket.waitUs(now)).toBe(100_000);
    expect(bucket.take(now + 99_999)).toBe(false);
    expect(bucket.take(now + 100_000)).toBe(true);
    expect(bucket.take(now + 100_000)).toBe(false);
  });

  test("a refused call does not push the next one further away", () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 });
    bucket.take(0);
    for (let each = 0; each < 1_000; each += 1) bucket.take(500_000);
    expect(bucket.waitUs(500_000)).toBe(500_000);
    expect(bucket.take(1_000_000)).toBe(true);
  });

  test("may be charged more than it has, and then has to earn it", () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 });
    bucket.charge(0, 5);
    expect(bucket.waitUs(0)).toBe(300_000);
    expect([299_999, 300_000].map((now) => bucket.take(now))).toEqual([false, true]);
  });

  test("tells when the next one is there behind those that will be charged", () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 3 });
    const now = 1_000_000;
    const waits = [0, 1, 2, 3, 5].map((charged) => bucket.waitUs(now, charged));
    expect(waits).toEqual([0, 0, 0, 100_000, 300_000]);
    bucket.charge(now, 3);
    expect(bucket.waitUs(now)).toBe(100_000);
  });

  test("a long pause refills no more than the burst", () => {
    const bucket = new TokenBucket({ perSecond: 5, burst: 2 });
    bucket.take(0);
    const later = 3_600_000_000;
    expect([1, 2, 3].map(() => bucket.take(later))).toEqual([true, true, false]);
  });

  test("over a minute it lets through rate × time + burst", () => {
    const bucket = new TokenBucket({ perSecond: 7, burst: 20 });
    let taken = 0;
    for (let now = 0; now < 60_000_000; now += 1_000) if (bucket.take(now)) taken += 1;
    expect(taken).toBe(7 * 60 + 20 - 1);
  });
});

test("what is available can be taken or charged, and not much more", () => {
  const bucket = new TokenBucket({ perSecond: 7, burst: 20 });
  for (let now = 0; now < 10_000_000; now += 333_333) {
    const available = bucket.available(now, 1_000);
    expect(bucket.available(now, 3)).toBe(Math.min(3, available));
    for (let each = 0; each < available; each += 1) expect(bucket.take(now)).toBe(true);
    expect(bucket.available(now, 1_000)).toBeLessThanOrEqual(1);
  }
  bucket.charge(10_000_000, 50);
  expect(bucket.available(10_000_000, 1_000)).toBe(0);
  expect(TokenBucket.unlimited().available(0, 5)).toBe(5);
});

test("an unlimited bucket gives at any time, also when time goes back", () => {
  const bucket = TokenBucket.unlimited();
  for (const now of [5_000_000, 0, 1]) {
    expect(bucket.waitUs(now)).toBe(0);
    expect(bucket.take(now)).toBe(true);
  }
});

describe("network throttle", () => {
  const rate = { perSecond: 1, burst: 1 };

  test("counts each network apart", () => {
    const throttle = new NetworkThrottle(rate, 8);
    expect(throttle.bucketOf("10.0.0.1", 0).take(0)).toBe(true);
    expect(throttle.bucketOf("10.0.0.1", 0).take(0)).toBe(false);
    expect(throttle.bucketOf("10.0.0.2", 0).take(0)).toBe(true);
  });

  test("a full bucket makes room for a newcomer", () => {
    const throttle = new NetworkThrottle(rate, 2);
    throttle.bucketOf("10.0.0.1", 0).take(0);
    throttle.bucketOf("10.0.0.2", 0).take(0);
    const later = 2_000_000;
    throttle.bucketOf("10.0.0.3", later).take(later);
    expect(throttle.networkCount).toBe(2);
    expect(throttle.bucketOf("10.0.0.3", later).take(later)).toBe(false);
  });

  test("a crowd of newcomers shares one bucket and does not free those in use", () => {
    const throttle = new NetworkThrottle(rate, 100);
    for (let host = 0; host < 100; host += 1) throttle.bucketOf(`10.0.0.${host}`, 0).take(0);
    let taken = 0;
    for (let host = 0; host < 10_000; host += 1) {
      if (throttle.bucketOf(`10.1.${host >> 8}.${host & 255}`, 0).take(0)) taken += 1;
    }
    expect(taken).toBe(1);
    expect(throttle.networkCount).toBe(100);
    expect(throttle.bucketOf("10.0.0.5", 0).take(0)).toBe(false);
  });

  test("the search for room moves on past buckets in use", () => {
    const throttle = new NetworkThrottle(rate, 100);
    for (let host = 0; host < 100; host += 1) {
      const bucket = throttle.bucketOf(`10.0.0.${host}`, 0);
      if (host < 90) bucket.take(0);
    }
    let found = 0;
    for (let host = 0; host < 100; host += 1) {
      const bucket = throttle.bucketOf(`10.1.0.${host}`, 0);
      if (bucket.take(0)) found += 1;
    }
    // Ten idle buckets were dropped for newcomers, and the shared one gave one token.
    expect(found).toBe(11);
  });
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "0:0:0:0::/64"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8::5", "2001:db8:0:0::/64"],
  ["2001:db8:1:2::", "2001:db8:1:2::/64"],
])("the network of %s is %s", (address, network) => {
  expect(toNetwork(address)).toBe(network);
});

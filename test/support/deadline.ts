// Waiting for facts instead of sleeping.

import { systemClock } from "../../gateway/clock.ts";

/** Time between two looks at a condition, in milliseconds. */
const LOOK_MS = 5;

/** Resolves as the promise does. Errors: throws when that takes longer than `limitMs`. */
export function within<Value>(limitMs: number, what: string, promise: Promise<Value>) {
  return new Promise<Value>((resolve, reject) => {
    const stop = systemClock.after(limitMs, () => {
      reject(new Error(`${what}: not within ${limitMs} ms`));
    });
    promise.then(resolve, reject).finally(stop);
  });
}

/** Looks until the condition gives a value. Errors: throws when none comes within `limitMs`. */
export async function until<Value>(
  limitMs: number,
  what: string,
  condition: () => Value | undefined | false | Promise<Value | undefined | false>,
): Promise<Value> {
  const deadlineUs = systemClock.elapsedUs() + limitMs * 1_000;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (systemClock.elapsedUs() > deadlineUs) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise<void>((resolve) => systemClock.after(LOOK_MS, resolve));
  }
}

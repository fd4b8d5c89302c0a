// Orders past HTTP, for tests that need very many.

import { Opcode } from "../../../gateway/domain/command.ts";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import { OrderType, Side, TimeInForce } from "../../../gateway/domain/order.ts";
import type { Caller } from "../../../gateway/sessions/authenticator.ts";
import type { HttpVenue, Market } from "../http/http-venue.ts";

const PRICE_TICKS = 5_000_000;

export function callerOf({ venue }: HttpVenue, token: string): Caller {
  const caller = venue.authenticator.authenticateToken(token);
  if (caller === undefined) throw new Error("no caller");
  return caller;
}

/** Places a limit order in ticks and lots, as soon as it is taken. Returns its sequence. */
export function place(
  { venue }: HttpVenue,
  caller: Caller,
  side: Side,
  price: number,
  quantity: number,
): Promise<number> {
  const limit = { orderType: OrderType.limit, timeInForce: TimeInForce.gtc };
  const command = { opcode: Opcode.newOrder, instrument: 1, side, ...limit, price, quantity };
  return new Promise((resolve, reject) => {
    const enter = (): void => {
      const refused = venue.orderEntry.enter(caller, command, ({ code, sequence }) => {
        if (code === 0) resolve(sequence);
        // The next segment of the journal is not there yet.
        else if (code === RejectCode.throttled) setImmediate(enter);
        else reject(new Error(`code ${code}`));
      });
      if (refused !== undefined) reject(new Error(`refused ${refused}`));
    };
    enter();
  });
}

/** So many offers of alice, and one order of bob that takes them all. Returns its sequence. */
export async function tradeOnce({ venue, alice, bob }: Market, fills: number): Promise<number> {
  const [seller, buyer] = [callerOf(venue, alice), callerOf(venue, bob)];
  const offers = Array.from({ length: fills }, (_, index) =>
    place(venue, seller, Side.sell, PRICE_TICKS + index, 1),
  );
  await Promise.all(offers);
  return place(venue, buyer, Side.buy, PRICE_TICKS + fills, fills);
}

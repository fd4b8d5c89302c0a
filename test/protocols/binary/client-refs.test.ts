// Sessions in which client_refs only rise, over real sockets: what a login says of them, what is
// refused, and that neither a stop nor a crash forgets the last one.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../gateway/clock.ts";
import { Core } from "../../../gateway/core/core.ts";
import { Opcode } from "../../../gateway/domain/command.ts";
import { OrderType, Side, TimeInForce } from "../../../gateway/domain/order.ts";
import { GatewayFault } from "../../../gateway/domain/fault.ts";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import { KeyStore } from "../../../gateway/identity/key-store.ts";
import { Log } from "../../../gateway/log.ts";
import { StreamDirectory } from "../../../gateway/protocols/binary/streams/directory.ts";
import { BinaryStreams } from "../../../gateway/sessions/binary-streams.ts";
import { BinaryClient } from "../../support/binary-client.ts";
import { type LoginFields, newOrder, replaceOrder } from "../../support/binary-frames.ts";
import { copyAsCrashed } from "../../support/crash-copy.ts";
import {
  ALICE,
  BinaryVenue,
  INSTRUMENT,
  limit,
  openMarket,
  reopen,
  UNLIMITED,
} from "./binary-venue.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

let directory: string;
let venue: BinaryVenue;
let token: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "openbell-binary-"));
  venue = await openMarket({ directory, flags: UNLIMITED });
  token = venue.token(ALICE);
});
afterEach(async () => {
  await venue.stop();
  rmSync(directory, { recursive: true });
});

/** Logs in, and what the login says of client_refs. */
async function enter(fields: Partial<LoginFields> = {}) {
  const client = await venue.connect();
  const given = { token, session: "main", increasingRefs: true, takeOver: true, ...fields };
  const { body } = await client.logIn(given);
  return { client, refs: [body.increasingRefs(), Number(body.lastClientRef())] as const };
}

/** What becomes of an order with this ref: accepted is 0. */
async function codeOf(client: BinaryClient, ref: bigint): Promise<number> {
  client.send(newOrder({ ...limit(Side.buy, 90, 1), id: ref }));
  const { kind, body } = await client.next("OrderAccepted", "Rejected");
  expect(body.clientRef()).toBe(ref);
  return kind === "Rejected" ? body.code() : 0;
}

test("a ref that is not above the last one is refused, a larger one is not", async () => {
  const { client, refs } = await enter();
  expect(refs).toEqual([true, 0]);
  expect(await codeOf(client, 1_000n)).toBe(0);
  expect(await codeOf(client, 1_000n)).toBe(RejectCode.client_order_id_exists);
  expect(await codeOf(client, 999n)).toBe(RejectCode.client_order_id_exists);
  expect(await codeOf(client, 2n ** 53n)).toBe(RejectCode.client_order_id_invalid);
  expect(await codeOf(client, 2n ** 53n - 1n)).toBe(0);
  client[Symbol.dispose]();
  expect((await enter()).refs).toEqual([true, 2 ** 53 - 1]);
});

test.each(["clean", "crash"] as const)("the last ref is known after a %s end", async (end) => {
  const first = await enter();
  expect(await codeOf(first.client, 7n)).toBe(0);
  venue.streams.save();
  first.client.send(replaceOrder({ id: 7n }, { price: 91, quantity: 1, newId: 12n }));
  await first.client.next("OrderReplaced");
  // An order of another door.
  await venue.submit({
    ...{ opcode: Opcode.newOrder, account: ALICE, instrument: INSTRUMENT, text: "40" },
    ...{ side: Side.buy, orderType: OrderType.limit, timeInForce: TimeInForce.gtc },
    ...{ price: 80, quantity: 1 },
  });
  const options = { directory, flags: UNLIMITED };
  venue = await reopen(venue, { ...options, end });
  const second = await enter();
  expect(second.refs).toEqual([true, 40]);
  expect(await codeOf(second.client, 40n)).toBe(RejectCode.client_order_id_exists);
  expect(await codeOf(second.client, 41n)).toBe(0);
  // Now out of what was stored, with nothing behind it.
  venue = await reopen(venue, { ...options, end: "clean" });
  expect((await enter()).refs).toEqual([true, 41]);
});

test("numbers that begin anew leave the last ref where it was", async () => {
  const { client } = await enter();
  expect(await codeOf(client, 7n)).toBe(0);
  venue.streams.save();
  expect(await codeOf(client, 8n)).toBe(0);
  copyAsCrashed(directory, `${directory}-copy`);
  await venue.stop();
  rmSync(directory, { recursive: true });
  renameSync(`${directory}-copy`, directory);
  const core = Core.open({ dataDirectory: join(directory, "journal"), durability: "none" });
  const openGate = (): ReturnType<Core["openGate"]> => {
    const gate = core.openGate();
    // As of a journal that has been cut off in front.
    gate.catchUp = () => Promise.reject(new GatewayFault("changes_unavailable", "they are gone"));
    return gate;
  };
  const keys = KeyStore.open(join(directory, "identity.sqlite"), systemClock);
  const log = new Log("info", systemClock, (bytes) => bytes.length);
  const streams = await StreamDirectory.open({
    ...{ clock: systemClock, log, directory: join(directory, "binary") },
    core: { openGate, status: () => core.status() },
    streams: new BinaryStreams(keys.binaryStreams, log),
  });
  const slot = streams.find(ALICE, "main")?.slot ?? -1;
  expect(streams.gate.positionOf(slot)).toMatchObject({ number: 0, clientRef: 7 });
  streams.close();
  core.stop();
  keys.close();
  venue = await BinaryVenue.open({ directory, flags: UNLIMITED });
  expect((await enter()).refs).toEqual([true, 7]);
});

test("it is settled when a name is new", async () => {
  const free = await enter({ session: "free", increasingRefs: false });
  expect(free.refs).toEqual([false, 0]);
  expect(await codeOf(free.client, 9n)).toBe(0);
  expect(await codeOf(free.client, 3n)).toBe(0);
  free.client[Symbol.dispose]();
  expect((await enter({ session: "free" })).refs).toEqual([false, 0]);
  expect((await enter()).refs).toEqual([true, 0]);
  const again = await enter({ increasingRefs: false });
  expect(again.refs).toEqual([true, 0]);
  expect(await codeOf(again.client, 5n)).toBe(0);
  expect(await codeOf(again.client, 4n)).toBe(RejectCode.client_order_id_exists);
});

// FIX messages as people write them: `|` in the place of SOH.

import { FixMessage } from "../../gateway/protocols/fix/wire/message.ts";

/** A whole message from its fields behind BodyLength; 8, 9 and 10 are worked out. */
export function toFrame(fields: string, beginString = "FIX.4.4"): Buffer {
  const body = Buffer.from(fields.replaceAll("|", "\x01"), "latin1");
  const head = Buffer.from(`8=${beginString}\x019=${body.length}\x01`, "latin1");
  return withChecksum(Buffer.concat([head, body]));
}

/** The bytes with the CheckSum that they have. */
export function withChecksum(bytes: Buffer): Buffer {
  const sum = bytes.reduce((total, byte) => total + byte, 0) % 256;
  return Buffer.concat([bytes, Buffer.from(`10=${String(sum).padStart(3, "0")}\x01`)]);
}

/** The bytes with `|` in the place of SOH. */
export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1").replaceAll("\x01", "|");
}

/** A message of its own. Errors: throws for one that is garbled. */
export function parseFrame(frame: Buffer): FixMessage {
  const message = new FixMessage();
  if (message.parse(frame, 0, frame.length) !== "ok") throw new Error(toText(frame));
  return message;
}

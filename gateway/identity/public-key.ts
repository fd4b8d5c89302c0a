// The public half of an Ed25519 pair: as text, as 32 bytes, as what signatures are checked with.

import { createPublicKey, type KeyObject, verify } from "node:crypto";

/** What stands before the 32 bytes in the usual DER form. Source: RFC 8410, 4. */
const DER_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/**
 * Reads what `openssl pkey -pubout` prints, with or without the lines around it. Returns the 32
 * bytes, or `undefined` for anything else.
 */
export function parsePublicKey(text: string): Uint8Array | undefined {
  const body = text.replace(/-----(?:BEGIN|END) PUBLIC KEY-----/g, "").replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined;
  const der = Buffer.from(body, "base64");
  const isWhole = der.length === DER_PREFIX.length + PUBLIC_KEY_BYTES;
  if (!isWhole || !der.subarray(0, DER_PREFIX.length).equals(DER_PREFIX)) return undefined;
  return new Uint8Array(der.subarray(DER_PREFIX.length));
}

export function toKeyObject(publicKey: Uint8Array): KeyObject {
  const key = Buffer.concat([DER_PREFIX, publicKey]);
  return createPublicKey({ key, format: "der", type: "spki" });
}

/** Cost: some 100 µs. */
export function isSignatureOf(key: KeyObject, payload: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, payload, key, signature);
}

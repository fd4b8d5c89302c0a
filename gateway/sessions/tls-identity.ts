// What a port proves itself with over TLS.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { GatewayFault } from "../domain/fault.ts";

/** PEM texts. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Reads the files of the two settings `<port>_tls_certificate` and `<port>_tls_key`; `undefined`:
 * there are none, and the port speaks plain TCP.
 *
 * Errors: throws `tls_unreadable`.
 */
export function readTlsIdentity(
  port: string,
  certificatePath: string,
  keyPath: string,
): TlsIdentity | undefined {
  if (certificatePath === "") return undefined;
  try {
    const certificate = readFileSync(certificatePath, "utf8");
    const key = readFileSync(keyPath, "utf8");
    const isPair = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    if (!isPair) throw new Error("the key is not that of the certificate");
    return { certificate, key };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `cannot read ${port}_tls_certificate or ${port}_tls_key: ${reason}`;
    throw new GatewayFault("tls_unreadable", message, { cause });
  }
}

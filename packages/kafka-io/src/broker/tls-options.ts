import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { KafkaIoError } from "../kafka-io-error.ts";
import type { KafkaConnectionSettings } from "../port/connection-settings.ts";

/** The protection of connections, as Node's sockets take it. */
export interface TlsOptions {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized?: boolean;
}

/** What OpenSSL calls the faults that people make, and what they are. */
const FAULTS: ReadonlyMap<string, string> = new Map([
  ["ERR_OSSL_X509_KEY_VALUES_MISMATCH", "the key is not that of the certificate"],
  ["ERR_OSSL_BAD_DECRYPT", "the key is encrypted, and the passphrase is missing or wrong"],
  ["ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED", "the key is encrypted, and needs a passphrase"],
  ["ERR_OSSL_PEM_NO_START_LINE", "the certificate is no PEM text"],
  ["ERR_OSSL_UNSUPPORTED", "the key is no PEM text of a private key"],
]);

/**
 * Reads certificates and key once, for all connections; undefined where there is no TLS.
 *
 * @throws KafkaIoError `SETTINGS_INVALID`, which says what of them cannot be used.
 */
export function tlsOptions(tls: KafkaConnectionSettings["tls"]): TlsOptions | undefined {
  if (tls === undefined) return undefined;
  const { ca, cert, key, passphrase, rejectUnauthorized } = tls;
  if ((cert === undefined) !== (key === undefined)) {
    throw invalid("a client certificate and its key are given together, or neither of them");
  }
  // Node takes any text, and trusts nobody by it.
  if (ca !== undefined && !isCertificate(ca)) throw invalid("ca is no PEM text of certificates");
  try {
    const secureContext = createSecureContext({ ca, cert, key, passphrase });
    return { secureContext, ...(rejectUnauthorized !== undefined && { rejectUnauthorized }) };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const told = cause instanceof Error ? cause.message : String(cause);
    throw invalid(FAULTS.get(code) ?? told, cause);
  }
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== "";
  } catch {
    return false;
  }
}

function invalid(reason: string, cause?: unknown): KafkaIoError {
  return new KafkaIoError("SETTINGS_INVALID", `TLS: ${reason}`, { cause });
}

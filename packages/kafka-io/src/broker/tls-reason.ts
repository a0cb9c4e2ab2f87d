/** Alerts by which a server says something of the client's certificate (RFC 8446, section 6.2). */
const CERTIFICATE_ALERT = /CERTIFICATE|UNKNOWN_CA/;
/** What OpenSSL says where the other side answers in another protocol. */
const NO_TLS = /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/;
/** A certificate whose authority nobody here has heard of. */
const UNTRUSTED = /^(?:UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_)/;
/** Node's own proposal is of no use to who names authorities for Kafka alone. */
const PROPOSAL = /; if the root CA is installed locally.*$/;
/** `id:error:number:library:function:reason:file:line:…`, as OpenSSL prints errors. */
const OPENSSL_ERROR = /(?:^|\s)\w+:error:\w+:[^:]*:[^:]*:([^:]+):/;

/**
 * Why a connection with TLS broke, in words that name the cause; other errors keep their message.
 * A server that refuses a certificate, or misses one, says so by the same alerts.
 */
export function tlsReason(error: Error, code: string, hasClientCertificate: boolean): string {
  const alert = /^ERR_SSL_.*ALERT_([A-Z_]+)$/.exec(code)?.[1];
  if (alert !== undefined) {
    const told = `TLS alert: ${alert.toLowerCase().replaceAll("_", " ")}`;
    if (!CERTIFICATE_ALERT.test(alert)) return `it ends the connection (${told})`;
    return hasClientCertificate
      ? `it refuses the client certificate (${told})`
      : `it asks for a client certificate, and none is given (${told})`;
  }
  const message = error.message.replace(PROPOSAL, "");
  if (UNTRUSTED.test(code)) return `its certificate is not trusted: ${message}`;
  const reason = OPENSSL_ERROR.exec(message)?.[1] ?? message;
  return NO_TLS.test(code) ? `it does not speak TLS here (${reason})` : reason;
}

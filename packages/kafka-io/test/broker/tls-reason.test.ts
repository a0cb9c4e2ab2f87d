import { describe, expect, test } from "vitest";
import { tlsReason } from "../../src/broker/tls-reason.ts";

/** As OpenSSL prints an alert. */
function alertError(alert: string, number: number): Error {
  return new Error(
    `404D29E3237F0000:error:0A000416:SSL routines:ssl3_read_bytes:${alert}:` +
      `../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number ${number}\n`,
  );
}

describe("tlsReason", () => {
  test.each([
    ["ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", "bad certificate"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "unknown ca"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "certificate required"],
    ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "certificate expired"],
  ])("%s is about the client's certificate", (code, alert) => {
    const error = alertError(alert, 42);
    expect(tlsReason(error, code, false)).toBe(
      `it asks for a client certificate, and none is given (TLS alert: ${alert})`,
    );
    expect(tlsReason(error, code, true)).toBe(
      `it refuses the client certificate (TLS alert: ${alert})`,
    );
  });

  test.each([
    [
      "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
      alertError("tlsv1 alert protocol version", 70),
      "it ends the connection (TLS alert: protocol version)",
    ],
    [
      "ERR_SSL_WRONG_VERSION_NUMBER",
      new Error(
        "4061:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../x.c:80:",
      ),
      "it does not speak TLS here (wrong version number)",
    ],
    [
      "EPROTO",
      new Error(
        "write EPROTO 4061:error:0A000126:SSL routines::unexpected eof while reading:../x.c:1:",
      ),
      "unexpected eof while reading",
    ],
    [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      new Error(
        "unable to verify the first certificate; if the root CA is installed locally, " +
          "try running Node.js with --use-system-ca",
      ),
      "its certificate is not trusted: unable to verify the first certificate",
    ],
    ["CERT_HAS_EXPIRED", new Error("certificate has expired"), "certificate has expired"],
    ["ECONNRESET", new Error("read ECONNRESET"), "read ECONNRESET"],
  ])("%s", (code, error, reason) => {
    expect(tlsReason(error, code, true)).toBe(reason);
  });
});

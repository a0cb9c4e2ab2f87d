import { describe, expect, it } from "vitest";

import { s3Error } from "../../src/io/s3-error.ts";

const call = { verb: "read", location: "s3a://warehouse/k", endpoint: "http://store:9000" };

function serviceError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}

describe("s3 errors", () => {
  it.each([
    ["NoSuchKey", 404, "FILE_NOT_FOUND", false, "s3a://warehouse/k"],
    ["NoSuchBucket", 404, "STORAGE_UNAVAILABLE", false, 'bucket "warehouse"'],
    ["AccessDenied", 403, "ACCESS_DENIED", false, "http://store:9000"],
    ["InvalidAccessKeyId", 403, "ACCESS_DENIED", false, "InvalidAccessKeyId"],
    ["SlowDown", 503, "STORAGE_UNAVAILABLE", true, "http://store:9000"],
    ["InternalError", 500, "STORAGE_UNAVAILABLE", true, "InternalError"],
    ["XMinioStorageFull", 507, "STORAGE_FULL", false, "full"],
    ["MalformedXML", 400, "STORAGE_UNAVAILABLE", false, "MalformedXML"],
  ])("%s with status %i is %s", (name, status, code, retryable, told) => {
    expect(s3Error(serviceError(name, status), call)).toMatchObject({
      code,
      retryable,
      message: expect.stringContaining(told),
    });
  });

  it.each(["ECONNREFUSED", "ENOTFOUND", "ECONNRESET", "TimeoutError"])(
    "%s is retryable and names the endpoint",
    (code) => {
      const cause = new AggregateError([Object.assign(new Error("connect"), { code })]);
      expect(s3Error(cause, call)).toMatchObject({
        code: "STORAGE_UNAVAILABLE",
        retryable: true,
        message: expect.stringContaining("http://store:9000"),
      });
    },
  );

  it.each([
    [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "unable to verify the first certificate; if the root CA is installed locally, try running …",
      "its certificate is not trusted (unable to verify the first certificate)",
    ],
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "self-signed certificate in certificate chain",
      "its certificate is not trusted (self-signed certificate in certificate chain)",
    ],
    [
      "CERT_HAS_EXPIRED",
      "certificate has expired",
      "its certificate is not valid (certificate has expired)",
    ],
    [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "Hostname/IP does not match certificate's altnames",
      "its certificate is not valid (Hostname/IP does not match certificate's altnames)",
    ],
  ])("%s is no matter of time, and told of", (code, message, told) => {
    const cause = Object.assign(new Error(message), { code });
    for (const error of [cause, new Error("fetch failed", { cause })]) {
      expect(s3Error(error, call)).toMatchObject({
        code: "ACCESS_DENIED",
        retryable: false,
        message: `cannot read s3a://warehouse/k at http://store:9000: ${told}`,
      });
    }
  });

  it("says where the client looked for a key", () => {
    const cause = Object.assign(new Error("Could not load credentials from any providers"), {
      name: "CredentialsProviderError",
    });
    expect(s3Error(cause, call)).toMatchObject({
      code: "ACCESS_DENIED",
      message: expect.stringContaining("(Could not load credentials from any providers)"),
    });
  });

  it("gives an abort back", () => {
    const abort = new DOMException("stop", "AbortError");
    expect(s3Error(abort, call)).toBe(abort);
  });
});

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

  it("gives an abort back", () => {
    const abort = new DOMException("stop", "AbortError");
    expect(s3Error(abort, call)).toBe(abort);
  });
});

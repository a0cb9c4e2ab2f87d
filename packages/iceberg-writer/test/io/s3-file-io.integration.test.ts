import { randomUUID } from "node:crypto";

import { createBucket, startVersity, useSharedServices } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import { createS3FileIo } from "../../src/io/s3-file-io.ts";
import { describeFileIo } from "./describe-file-io.ts";

const { s3, bucket } = useSharedServices();
const properties = {
  "s3.endpoint": s3.endpoint,
  "s3.access-key-id": s3.accessKeyId,
  "s3.secret-access-key": s3.secretAccessKey,
  "client.region": s3.region,
};

for (const scheme of ["s3", "s3a"]) {
  describeFileIo(`S3 as ${scheme}://…`, async () => {
    const fileIo = createS3FileIo(properties);
    return {
      fileIo,
      root: `${scheme}://${bucket}/file-io-${randomUUID()}/`,
      [Symbol.asyncDispose]: () => fileIo[Symbol.asyncDispose](),
    };
  });
}

describeFileIo("S3 of the Versity S3 Gateway", async () => {
  await using resources = new AsyncDisposableStack();
  const store = resources.use(await startVersity());
  await createBucket(store, bucket);
  const fileIo = resources.use(
    createS3FileIo({
      "s3.endpoint": store.endpoint,
      "s3.access-key-id": store.accessKeyId,
      "s3.secret-access-key": store.secretAccessKey,
      "client.region": store.region,
    }),
  );
  const owned = resources.move();
  return {
    fileIo,
    root: `s3://${bucket}/file-io/`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
});

describe("S3", () => {
  it("names a bucket that is not there", async () => {
    await using io = createS3FileIo(properties);
    await expect(io.write("s3://no-such-bucket-here/x", new Uint8Array(1))).rejects.toMatchObject({
      code: "STORAGE_UNAVAILABLE",
      retryable: false,
      message: expect.stringContaining('"no-such-bucket-here"'),
    });
    await expect(io.read("s3://no-such-bucket-here/x")).rejects.toMatchObject({
      code: "STORAGE_UNAVAILABLE",
    });
  });

  it("tells credentials that are refused, without printing them", async () => {
    await using io = createS3FileIo({ ...properties, "s3.secret-access-key": "very-wrong" });
    const error = await io.read(`s3://${bucket}/x`).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "ACCESS_DENIED" });
    expect(String(error)).not.toContain("very-wrong");
  });

  it("names an endpoint that does not answer", async () => {
    await using io = createS3FileIo({ ...properties, "s3.endpoint": "http://127.0.0.1:1" });
    await expect(io.read(`s3://${bucket}/x`)).rejects.toMatchObject({
      code: "STORAGE_UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining("http://127.0.0.1:1"),
    });
  });
});

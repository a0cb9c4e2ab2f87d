import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, it, vi } from "vitest";

import { probeConditionalCreate } from "../../src/io/conditional-create-probe.ts";
import type { FileIo } from "../../src/io/file-io.ts";
import { createS3FileIo } from "../../src/io/s3-file-io.ts";

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly length?: number;
}

interface Received {
  readonly request: string;
  readonly condition: string | undefined;
}

let server: Server | undefined;

/** A store that answers from a list, one request after the other; the last answer repeats. */
async function storeAnswering(
  ...answers: readonly Answer[]
): Promise<{ readonly io: FileIo; readonly received: Received[] }> {
  const received: Received[] = [];
  const started = createServer((request, response) => {
    const {
      status,
      body = "",
      length = body.length,
    } = answers[Math.min(received.length, answers.length - 1)] ?? {
      status: 200,
    };
    const condition = request.headers["if-none-match"];
    received.push({ request: `${request.method} ${request.url}`, condition });
    request
      .resume()
      .on("end", () => response.writeHead(status, { "content-length": length }).end(body));
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const io = createS3FileIo({
    "s3.endpoint": `http://127.0.0.1:${(started.address() as AddressInfo).port}`,
    "s3.access-key-id": "admin",
    "s3.secret-access-key": "password",
  });
  return { io, received };
}

const failure = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});
const location = "s3a://warehouse/t/metadata/v2.metadata.json";
const bytes = new Uint8Array([1, 2, 3]);

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe("conditional creation on S3", () => {
  it("sends If-None-Match: * to the bucket by path", async () => {
    const { io, received } = await storeAnswering({ status: 200 });
    expect(await io.createExclusive(location, bytes)).toBe("created");
    expect(received).toEqual([
      {
        request: "PUT /warehouse/t/metadata/v2.metadata.json?x-id=PutObject",
        condition: "*",
      },
    ]);
  });

  it("takes 412 for an object that exists, be it our own", async () => {
    const { io } = await storeAnswering(failure(412, "PreconditionFailed"));
    expect(await io.createExclusive(location, bytes)).toBe("exists");
  });

  it("sends the same PUT again after 409, the sign of another write on its way", async () => {
    const conflict = failure(409, "ConditionalRequestConflict");
    const { io, received } = await storeAnswering(conflict, conflict, { status: 200 });
    expect(await io.createExclusive(location, bytes)).toBe("created");
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ condition }) => condition))).toEqual(new Set(["*"]));
  });

  it("may meet its own first try after an answer of 500", async () => {
    const { io, received } = await storeAnswering(
      failure(500, "InternalError"),
      failure(412, "PreconditionFailed"),
    );
    expect(await io.createExclusive(location, bytes)).toBe("exists");
    expect(received).toHaveLength(2);
  });

  it("refuses a store that does not know the condition", async () => {
    const { io } = await storeAnswering(failure(501, "NotImplemented"));
    await expect(io.createExclusive(location, bytes)).rejects.toMatchObject({
      code: "CONDITIONAL_CREATE_UNSUPPORTED",
    });
  });

  it("refuses a store that ignores the condition", async () => {
    const { io, received } = await storeAnswering({ status: 200 });
    await expect(probeConditionalCreate(io, "s3a://warehouse/t", () => "id")).rejects.toMatchObject(
      { code: "CONDITIONAL_CREATE_UNSUPPORTED", message: expect.stringContaining("If-None-Match") },
    );
    expect(received.at(-1)?.request).toMatch(/^DELETE .*\.salon-probe-id/u);
  });

  it("tells what leaves it open whether the object is there", async () => {
    const { io } = await storeAnswering(failure(503, "SlowDown"));
    await expect(io.createExclusive(location, bytes)).rejects.toMatchObject({
      code: "STORAGE_UNAVAILABLE",
      retryable: true,
    });
  });
});

describe("an upload to S3", () => {
  const largeLength = 8 * 1024 * 1024;
  const upToCompletion = [
    { status: 200, body: "<R><UploadId>u</UploadId></R>" },
    { status: 200 },
    { status: 200 },
    failure(404, "NoSuchUpload"),
  ];

  it("is found where only the answer to its completion was lost", async () => {
    const there = { status: 200, length: largeLength + bytes.length };
    const { io, received } = await storeAnswering(...upToCompletion, there);
    await using file = await io.openWrite(location);
    await file.write(new Uint8Array(largeLength));
    await file.write(bytes);
    await file.close();
    expect(received.map(({ request }) => request.split(" ")[0])).toEqual([
      "POST",
      "PUT",
      "PUT",
      "POST",
      "HEAD",
    ]);
  });

  it("fails where the object that is there has another length", async () => {
    const { io } = await storeAnswering(
      ...upToCompletion,
      { status: 200, length: 1 },
      { status: 204 },
    );
    await using file = await io.openWrite(location);
    await file.write(new Uint8Array(largeLength));
    await file.write(bytes);
    await expect(file.close()).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
  });

  it("tells the error that broke it, not that of its removal", async () => {
    const { io } = await storeAnswering(
      { status: 200, body: "<R><UploadId>u</UploadId></R>" },
      failure(403, "AccessDenied"),
      failure(400, "Broken"),
    );
    const upload = async (): Promise<void> => {
      await using file = await io.openWrite(location);
      await file.write(new Uint8Array(largeLength));
      await file.close();
    };
    await expect(upload()).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  it("ends with the error of a part, and drops the parts", async () => {
    const { io, received } = await storeAnswering(
      { status: 200, body: "<R><UploadId>u</UploadId></R>" },
      failure(403, "AccessDenied"),
      { status: 204 },
    );
    {
      await using file = await io.openWrite(location);
      await file.write(new Uint8Array(largeLength));
      await expect(file.close()).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    }
    expect(received.at(-1)?.request).toMatch(/^DELETE .*uploadId=u/u);
  });

  it("says which setting is missing where neither region nor endpoint is known", async () => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) {
      vi.stubEnv(name, "/nowhere");
    }
    await using io = createS3FileIo({ "s3.access-key-id": "a", "s3.secret-access-key": "s" });
    await expect(io.stat("s3://bucket/key")).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
      message: expect.stringContaining("client.region"),
    });
    vi.unstubAllEnvs();
  });
});

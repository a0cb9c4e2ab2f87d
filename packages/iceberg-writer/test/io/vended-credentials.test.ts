import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { IcebergError } from "../../src/iceberg-error.ts";
import { createVendedFileIo } from "../../src/io/file-io-registry.ts";
import { VendedCredentials } from "../../src/io/vended-credentials.ts";
import type { StorageCredential } from "../../src/io/vended-credentials.ts";

/** A store that says who asked for what, and takes some keys for outdated. */
const asked: string[] = [];
const outdated = new Set<string>();
const answers: ReadonlyMap<string, string> = new Map([
  ["/b/k?uploads=", "<R><UploadId>u</UploadId></R>"],
  ["/b/k?uploadId=u", "<R/>"],
]);
const server = createServer((request, response) => {
  const authorization = request.headers.authorization ?? "";
  const key = /Credential=([^/]+)/u.exec(authorization)?.[1] ?? "";
  const token = String(request.headers["x-amz-security-token"] ?? "");
  const url = (request.url ?? "").replace(/[?&]x-id=.*/u, "");
  asked.push(`${request.method} ${url} ${key} ${token}`);
  const isOutdated = outdated.has(key);
  request.resume().on("end", () => {
    response
      .writeHead(isOutdated ? 400 : 200, { etag: '"e"' })
      .end(isOutdated ? "<Error><Code>ExpiredToken</Code></Error>" : answers.get(url));
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  asked.length = 0;
  outdated.clear();
});

const credential = (prefix: string, key: string, endsAtMs?: number): StorageCredential => ({
  prefix,
  properties: {
    "s3.access-key-id": key,
    "s3.secret-access-key": "secret",
    "s3.session-token": `token-${key}`,
    ...(endsAtMs === undefined ? {} : { "s3.session-token-expires-at-ms": String(endsAtMs) }),
  },
});

/** Files under credentials that end as the lists say; the clock is the test's. */
function open(...lists: readonly (readonly StorageCredential[] | Error)[]) {
  const clock = { nowMs: 0 };
  const [first = [], ...renewed] = lists;
  let requests = 0;
  let gate = Promise.resolve();
  const vended = new VendedCredentials(first instanceof Error ? [] : first, {
    nowMs: () => clock.nowMs,
    request: async () => {
      const next = renewed[requests] ?? new Error("no more");
      requests += 1;
      await gate;
      if (next instanceof Error) throw next;
      return next;
    },
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const io = createVendedFileIo({ "s3.endpoint": endpoint }, vended);
  const close = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { io, clock, vended, requests: () => requests, close };
}

const bytes = new TextEncoder().encode("x");
const hour = 3_600_000;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("vended credentials", () => {
  it("serve the locations with their prefix, the longest first", async () => {
    const { io } = open([
      credential("s3://b/db", "folder"),
      credential("s3://b/db/t/data", "data"),
      credential("", "any"),
    ]);
    await using _ = io;
    for (const location of [
      "s3://b/db/t/data/f",
      "s3a://b/db/t/data/f",
      "s3://b/db/m",
      "s3://c/k",
    ]) {
      await io.write(location, bytes);
    }
    expect(asked).toEqual([
      "PUT /b/db/t/data/f data token-data",
      "PUT /b/db/t/data/f data token-data",
      "PUT /b/db/m folder token-folder",
      "PUT /c/k any token-any",
    ]);
  });

  it("are renewed beside the requests before they end", async () => {
    const { io, clock, close } = open(
      [credential("s3://b", "one", hour)],
      [credential("s3://b", "two", 2 * hour)],
    );
    await using _ = io;
    await io.write("s3://b/k", bytes);
    clock.nowMs = hour - 300_000;
    const opened = close();
    await io.write("s3://b/k", bytes);
    opened();
    await settled();
    await io.write("s3://b/k", bytes);
    expect(asked.map((line) => line.split(" ")[2])).toEqual(["one", "one", "two"]);
  });

  it("change in the middle of a large file", async () => {
    const { io, clock } = open(
      [credential("s3://b", "one", hour)],
      [credential("s3://b", "two", 2 * hour)],
    );
    await using _ = io;
    await using file = await io.openWrite("s3://b/k");
    const part = new Uint8Array(8 * 1024 * 1024);
    await file.write(part);
    clock.nowMs = hour;
    await file.write(part);
    await file.close();
    expect(asked[0]).toBe("POST /b/k?uploads= one token-one");
    expect(asked.at(-1)).toBe("POST /b/k?uploadId=u two token-two");
  });

  it("are renewed once where the store takes them for outdated", async () => {
    outdated.add("one");
    const { io, requests } = open([credential("s3://b", "one")], [credential("s3://b", "two")]);
    await using _ = io;
    await io.write("s3://b/k", bytes);
    await io.write("s3://b/k", bytes);
    expect(asked.map((line) => line.split(" ")[2])).toEqual(["one", "two", "two"]);
    expect(requests()).toBe(1);
  });

  it("that are refused again are an error", async () => {
    outdated.add("one").add("two");
    const { io } = open([credential("s3://b", "one")], [credential("s3://b", "two")]);
    await using _ = io;
    await expect(io.write("s3://b/k", bytes)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect(asked).toHaveLength(2);
  });

  it("serve to their end while none newer can be had; then the error of the catalog shows", async () => {
    const failure = new IcebergError("CATALOG_UNAVAILABLE", "the catalog is away", {
      retryable: true,
    });
    const { io, clock, requests } = open([credential("s3://b", "one", hour)], failure, failure, [
      credential("s3://b", "two", 3 * hour),
    ]);
    await using _ = io;
    clock.nowMs = hour - 1;
    await io.write("s3://b/k", bytes);
    await settled();
    await io.write("s3://b/k", bytes);
    expect(requests()).toBe(1);
    clock.nowMs = hour;
    await expect(io.write("s3://b/k", bytes)).rejects.toBe(failure);
    await io.write("s3://b/k", bytes);
    expect(asked.map((line) => line.split(" ")[2])).toEqual(["one", "one", "two"]);
  });

  it("that came with a newer table replace the others", async () => {
    const { io, vended, requests } = open([credential("s3://b", "one", hour)]);
    await using _ = io;
    await io.write("s3://b/k", bytes);
    vended.offer([credential("s3://b", "two", 2 * hour)]);
    await io.write("s3://b/k", bytes);
    expect(asked.map((line) => line.split(" ")[2])).toEqual(["one", "two"]);
    expect(requests()).toBe(0);
  });

  it("that ended before they came serve: clocks differ", async () => {
    const { io, clock, requests } = open([credential("s3://b", "one", -hour)]);
    await using _ = io;
    clock.nowMs = hour;
    await io.write("s3://b/k", bytes);
    expect(requests()).toBe(0);
  });

  it("without a key are told", async () => {
    const { io } = open([{ prefix: "s3://b", properties: { "gcs.oauth2.token": "t" } }]);
    await using _ = io;
    await expect(io.stat("s3://b/k")).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });
});

import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { localFileError } from "../../src/io/local-file-error.ts";
import { createLocalFileIo } from "../../src/io/local-file-io.ts";
import { describeFileIo } from "./describe-file-io.ts";

for (const prefix of ["file://", "file:", ""]) {
  describeFileIo(`local disk as ${prefix}/…`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "salon-file-io-"));
    return {
      fileIo: createLocalFileIo(),
      root: `${prefix}${folder}/`,
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  });
}

describe("local disk", () => {
  const io = createLocalFileIo();
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "salon-local-"));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it("opens the path that Hadoop and PyIceberg open: nothing is decoded", async () => {
    await io.write(`file://${folder}/a%20b`, new Uint8Array([1]));
    expect(await readdir(folder)).toContain("a%20b");
  });

  it("removes Hadoop's checksum of a file that it replaces", async () => {
    await writeFile(join(folder, ".version-hint.text.crc"), "of the old file");
    await io.write(`file://${folder}/version-hint.text`, new Uint8Array([50]));
    expect(await readdir(folder)).not.toContain(".version-hint.text.crc");
    expect(await readFile(join(folder, "version-hint.text"), "utf8")).toBe("2");
  });

  it("refuses a path through a file", async () => {
    await writeFile(join(folder, "plain"), "");
    await expect(io.write(`file://${folder}/plain/x`, new Uint8Array(1))).rejects.toMatchObject({
      code: "STORAGE_UNAVAILABLE",
      retryable: false,
    });
    expect(await io.stat(`file://${folder}/plain/x`)).toBeUndefined();
  });

  it.each([
    ["ENOSPC", "STORAGE_FULL", false],
    ["EDQUOT", "STORAGE_FULL", false],
    ["EACCES", "ACCESS_DENIED", false],
    ["EROFS", "ACCESS_DENIED", false],
    ["ENOENT", "FILE_NOT_FOUND", false],
    ["EMFILE", "STORAGE_UNAVAILABLE", true],
  ])("gives %s the code %s", (errno, code, retryable) => {
    const cause = Object.assign(new Error(errno), { code: errno });
    expect(localFileError(cause, "write", "/x/y")).toMatchObject({
      code,
      retryable,
      message: expect.stringContaining("/x/y"),
    });
  });
});

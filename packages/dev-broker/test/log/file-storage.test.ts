import { execFile } from "node:child_process";
import { appendFile, open, readFile, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createWorkDirectory } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { openFileStorage } from "../../src/log/file-storage.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { recordBatch } from "../record-batches.ts";

const MEBIBYTE = 1024 * 1024;
const LIMIT = 10 * MEBIBYTE;
const PROGRAM = fileURLToPath(new URL("append-until-full-program.ts", import.meta.url));

describe("a log's file", () => {
  it("is read in pieces, into which its batches need not fit", async () => {
    await using directory = await createWorkDirectory("broker");
    const path = join(directory.path, "0.log");
    const log = new PartitionLog(openFileStorage(path));
    const sizes = [10, MEBIBYTE, 3 * MEBIBYTE, 10, 700_000, 700_000, 2 * MEBIBYTE, 10];
    for (const payloadSize of sizes) log.append(recordBatch({ count: 2, payloadSize }), LIMIT);
    log.close();
    const content = await readFile(path);
    await appendFile(path, recordBatch({ payloadSize: MEBIBYTE }).subarray(0, -1));

    const again = new PartitionLog(openFileStorage(path));
    expect(again.endOffset).toBe(2 * sizes.length);
    expect(again.read(0, LIMIT, true).equals(content)).toBe(true);
    expect((await stat(path)).size).toBe(content.length);
    again.close();
  });

  it("has nothing of a batch that found no room, so that the next one can be read", async () => {
    await using directory = await createWorkDirectory("broker");
    const path = join(directory.path, "0.log");
    // No file of the process may have more than 8 KiB; its writes end in the middle then.
    const command = `trap '' XFSZ; ulimit -f 8; exec "$0" -C @salon/source "$1" "$2"`;
    const argv = ["-c", command, process.execPath, PROGRAM, path];
    const { stdout } = await promisify(execFile)("bash", argv);
    expect(stdout).toBe("0 1 EFBIG 2");

    const log = new PartitionLog(openFileStorage(path));
    expect(log.endOffset).toBe(3);
    expect(log.read(2, LIMIT, true).readBigInt64BE(0)).toBe(2n);
    expect(log.read(2, LIMIT, true)).toHaveLength(71);
    log.close();
  });

  it("ends at a batch whose offset was there before", async () => {
    await using directory = await createWorkDirectory("broker");
    const path = join(directory.path, "0.log");
    const log = new PartitionLog(openFileStorage(path));
    log.append(recordBatch({ count: 3 }), LIMIT);
    log.close();
    await appendFile(path, await readFile(path));
    const again = new PartitionLog(openFileStorage(path));
    expect(again.endOffset).toBe(3);
    expect(again.read(0, LIMIT, true)).toHaveLength(recordBatch().length);
    again.close();
  });

  it("is not written any more when it is closed, whatever has its number then", async () => {
    await using directory = await createWorkDirectory("broker");
    const log = new PartitionLog(openFileStorage(join(directory.path, "0.log")));
    log.close();
    const other = join(directory.path, "other");
    await using file = await open(other, "a+");
    expect(() => log.append(recordBatch(), LIMIT)).toThrow("is closed");
    log.close();
    expect((await file.stat()).size).toBe(0);
    await file.write("still open");
  });

  it("gives no offset again that lay before its start, though the machine lost its end", async () => {
    await using directory = await createWorkDirectory("broker");
    const path = join(directory.path, "0.log");
    const log = new PartitionLog(openFileStorage(path));
    log.append(recordBatch({ count: 5 }), LIMIT);
    log.append(recordBatch({ count: 5 }), LIMIT);
    log.deleteBefore(10);
    log.close();
    await truncate(path, recordBatch().length);

    const again = new PartitionLog(openFileStorage(path), 10);
    expect([again.startOffset, again.endOffset]).toEqual([10, 10]);
    expect(again.append(recordBatch(), LIMIT).baseOffset).toBe(10);
    again.close();
    expect(new PartitionLog(openFileStorage(path), 10).endOffset).toBe(11);
  });
});

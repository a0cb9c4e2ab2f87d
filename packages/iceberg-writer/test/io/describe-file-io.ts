import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { FileIo } from "../../src/io/file-io.ts";
import { probeConditionalCreate } from "../../src/io/conditional-create-probe.ts";

/** A storage under test, with a folder of its own. */
export interface FileIoUnderTest extends AsyncDisposable {
  readonly fileIo: FileIo;
  /** Ends in a slash; nothing else writes under it. */
  readonly root: string;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

/** What every {@link FileIo} must do. */
export function describeFileIo(name: string, open: () => Promise<FileIoUnderTest>): void {
  describe(`${name} as a FileIo`, () => {
    let opened: FileIoUnderTest;
    let io: FileIo;
    let root: string;

    beforeAll(async () => {
      opened = await open();
      io = opened.fileIo;
      root = opened.root;
    });

    afterAll(async () => {
      await opened[Symbol.asyncDispose]();
    });

    const listed = async (prefix: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const entry of io.list(prefix)) found.push(entry.location.slice(root.length));
      return found.sort();
    };

    it("reads back what it wrote, whole and in part", async () => {
      const location = `${root}read/file.bin`;
      await io.write(location, bytes("0123456789"));
      expect(text(await io.read(location))).toBe("0123456789");
      expect(text(await io.readRange(location, 2, 5))).toBe("234");
      expect(text(await io.readRange(location, 8, 100))).toBe("89");
      expect(text(await io.readRange(location, 10, 12))).toBe("");
      expect(await io.stat(location)).toMatchObject({ location, length: 10 });
    });

    it("replaces a file", async () => {
      const location = `${root}replace`;
      await io.write(location, bytes("old and longer"));
      await io.write(location, bytes("new"));
      expect(text(await io.read(location))).toBe("new");
    });

    it("keeps an empty file", async () => {
      await io.write(`${root}empty`, new Uint8Array(0));
      expect(await io.read(`${root}empty`)).toHaveLength(0);
      expect(await io.stat(`${root}empty`)).toMatchObject({ length: 0 });
    });

    it("tells a missing file", async () => {
      expect(await io.stat(`${root}none`)).toBeUndefined();
      await expect(io.read(`${root}none`)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
      await expect(io.readRange(`${root}none`, 0, 1)).rejects.toMatchObject({
        code: "FILE_NOT_FOUND",
      });
      await expect(io.delete(`${root}none`)).resolves.toBeUndefined();
    });

    it("creates a file exclusively once, and never changes an existing one", async () => {
      const location = `${root}exclusive/v1.metadata.json`;
      expect(await io.createExclusive(location, bytes("first"))).toBe("created");
      expect(await io.createExclusive(location, bytes("second"))).toBe("exists");
      expect(text(await io.read(location))).toBe("first");
    });

    it("lets exactly one of many racing creators win", async () => {
      const location = `${root}race/v1.metadata.json`;
      const racers = Array.from({ length: 8 }, (_, racer) => `racer ${racer}`);
      const answers = await Promise.all(
        racers.map((racer) => io.createExclusive(location, bytes(racer))),
      );
      expect(answers.filter((answer) => answer === "created")).toHaveLength(1);
      expect(text(await io.read(location))).toBe(racers[answers.indexOf("created")]);
    });

    it("passes the probe for conditional creation and leaves nothing of it", async () => {
      await probeConditionalCreate(io, `${root}probe`, () => "id");
      expect(await listed(`${root}probe/`)).toEqual([]);
    });

    it("shows a streamed file only when it is closed", async () => {
      const location = `${root}stream/file`;
      await using file = await io.openWrite(location);
      await file.write(bytes("one "));
      await file.write(bytes("two"));
      expect(file.length).toBe(7);
      expect(await io.stat(location)).toBeUndefined();
      expect(await listed(`${root}stream/`)).toEqual([]);
      await file.close();
      expect(text(await io.read(location))).toBe("one two");
    });

    it("leaves nothing of a file that was not closed", async () => {
      const location = `${root}aborted/file`;
      await io.write(location, bytes("as it was"));
      {
        await using file = await io.openWrite(location);
        await file.write(bytes("lost"));
      }
      expect(text(await io.read(location))).toBe("as it was");
      expect(await listed(`${root}aborted/`)).toEqual(["aborted/file"]);
    });

    it("streams more than one part", async () => {
      const location = `${root}large/file`;
      const chunk = new Uint8Array(3 * 1024 * 1024 + 1).map((_, index) => index % 251);
      await using file = await io.openWrite(location);
      for (let count = 0; count < 7; count += 1) await file.write(chunk);
      await file.close();
      expect(await io.stat(location)).toMatchObject({ length: 7 * chunk.length });
      const last = await io.readRange(location, 6 * chunk.length, 7 * chunk.length);
      expect(Buffer.compare(last, chunk)).toBe(0);
    });

    it("lists by prefix, folders below included, locations in the form they were asked for", async () => {
      const names = ["v1.json", "v2.json", "w.json", "vx/deep/y.json"];
      for (const name of names) await io.write(`${root}list/${name}`, bytes(name));
      expect(await listed(`${root}list/v`)).toEqual([
        "list/v1.json",
        "list/v2.json",
        "list/vx/deep/y.json",
      ]);
      expect(await listed(`${root}list/`)).toHaveLength(4);
      expect(await listed(`${root}nothing/`)).toEqual([]);
    });

    it("lists the folders of a folder", async () => {
      for (const name of ["a/b/x", "a/c/y", "a/z"]) {
        await io.write(`${root}folders/${name}`, bytes(name));
      }
      const found: string[] = [];
      for await (const folder of io.listFolders(`${root}folders/a/`)) found.push(folder);
      expect(found.sort()).toEqual([`${root}folders/a/b/`, `${root}folders/a/c/`]);
    });

    it("takes names as they stand: percent signs, spaces, letters beyond ASCII", async () => {
      const location = `${root}odd/day=2025-01-15T10%3A30 ä+b`;
      await io.write(location, bytes("odd"));
      expect(text(await io.read(location))).toBe("odd");
      expect(await listed(`${root}odd/`)).toEqual(["odd/day=2025-01-15T10%3A30 ä+b"]);
      await io.delete(location);
      expect(await io.stat(location)).toBeUndefined();
    });

    it("does nothing under an aborted signal", async () => {
      const signal = AbortSignal.abort();
      const location = `${root}signal`;
      await expect(io.write(location, bytes("x"), { signal })).rejects.toThrow(/abort/iu);
      await expect(io.createExclusive(location, bytes("x"), { signal })).rejects.toThrow(/abort/iu);
      expect(await io.stat(location)).toBeUndefined();
    });
  });
}

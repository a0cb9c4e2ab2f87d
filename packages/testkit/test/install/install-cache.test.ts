import { mkdir, readFile, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cacheDirectory, installOnce } from "../../src/install/install-cache.ts";
import { retried } from "../../src/install/retried.ts";
import { createWorkDirectory } from "../../src/index.ts";
import type { WorkDirectory } from "../../src/index.ts";

let cache: WorkDirectory;
beforeEach(async () => {
  cache = await createWorkDirectory("cache-test");
});
afterEach(() => cache[Symbol.asyncDispose]());

const write =
  (text: string) =>
  (directory: string): Promise<void> =>
    writeFile(join(directory, "content"), text);

const failing = async (directory: string): Promise<void> => {
  await write("half")(directory);
  throw new Error("the registry is away");
};
const unreachable = (): Promise<void> => Promise.reject(new Error("no route"));

describe("installOnce", () => {
  it("installs once per key", async () => {
    let count = 0;
    const installation = (key: string): Parameters<typeof installOnce>[0] => ({
      name: "thing",
      key,
      install: (directory) => write(String(++count))(directory),
    });
    const first = await installOnce(installation("a"), cache.path);
    expect(await installOnce(installation("a"), cache.path)).toBe(first);
    const second = await installOnce(installation("b"), cache.path);
    expect(await readFile(join(first, "content"), "utf8")).toBe("1");
    expect(await readFile(join(second, "content"), "utf8")).toBe("2");
  });

  it("lets one of many install while the others wait", async () => {
    let count = 0;
    const install = async (directory: string): Promise<void> => {
      count++;
      await sleep(50);
      await write("whole")(directory);
    };
    const installation = { name: "thing", key: "a", install };
    const all = await Promise.all(
      Array.from({ length: 4 }, () => installOnce(installation, cache.path)),
    );
    expect(new Set(all).size).toBe(1);
    expect(count).toBe(1);
  });

  it("starts from an empty directory after a failure", async () => {
    const thing = { name: "thing", key: "a" };
    await expect(installOnce({ ...thing, install: failing }, cache.path)).rejects.toThrow("away");
    const directory = await installOnce(
      {
        ...thing,
        install: async (directory) => expect(await readdir(directory)).toEqual([]),
      },
      cache.path,
    );
    expect(await readdir(directory)).toEqual([".done"]);
    expect(await readdir(cache.path)).toHaveLength(1);
  });

  it.each([
    ["a process that ended", "999999999"],
    ["a process that ended before it wrote its id", undefined],
  ])("takes over the lock of %s", async (_, pid) => {
    const installation = { name: "thing", key: "a", install: write("whole") };
    const directory = await installOnce(installation, cache.path);
    const lock = `${directory}.lock`;
    await using other = await createWorkDirectory("cache-test");
    const movedLock = lock.replace(cache.path, other.path);
    await mkdir(movedLock);
    if (pid !== undefined) await writeFile(join(movedLock, "pid"), pid);
    const aMinuteAgo = Date.now() / 1000 - 60;
    await utimes(movedLock, aMinuteAgo, aMinuteAgo);
    const taken = await installOnce(installation, other.path);
    expect(await readFile(join(taken, "content"), "utf8")).toBe("whole");
    expect(await readdir(other.path)).toHaveLength(1);
  });
});

describe("cacheDirectory", () => {
  it.each([
    [{ SALON_TESTKIT_CACHE: "/own", XDG_CACHE_HOME: "/xdg" }, "/own"],
    [{ SALON_TESTKIT_CACHE: "", XDG_CACHE_HOME: "/xdg" }, "/xdg/salon-testkit"],
    [{}, expect.stringMatching(/\/\.cache\/salon-testkit$/)],
  ])("of %j", (env, expected) => {
    expect(cacheDirectory(env)).toEqual(expected);
  });
});

describe("retried", () => {
  it("passes over faults that pass", async () => {
    let attempts = 0;
    const attempt = async (): Promise<void> => {
      if (++attempts < 3) throw new Error("reset");
    };
    await retried("jars", attempt, { pauseMs: 0 });
    expect(attempts).toBe(3);
  });

  it("names what could not be installed, and why", async () => {
    await expect(retried("jars", unreachable, { pauseMs: 0 })).rejects.toMatchObject({
      code: "INSTALL_FAILED",
      message: "cannot install jars: no route",
    });
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { EncoderPool } from "../../src/encoding/encoder-pool.ts";
import { chunkOf } from "../shell/memory-topic.ts";
import { failingFileIo, FORM, UnitTables, writeUnit } from "./written-unit.ts";

const RATING = '{"customer_id":1,"rating_value":4.5,"timestamp":"2025-01-15T10:30:00"}';
const chunk = () => chunkOf("ratings", 0, 0, [RATING, RATING]);

/** Threads begin with what Node was started with: this is how one can be made to fail. */
function startThreadsWith(code: string): void {
  process.execArgv.push("--import", `data:text/javascript,${encodeURIComponent(code)}`);
}

describe("a thread that ends by itself", () => {
  const { length } = process.execArgv;
  afterEach(() => {
    process.execArgv.length = length;
  });

  it.each([
    ["exits", "process.exit(3)", "exit code 3"],
    ["throws what nobody catches", "throw new Error('no use')", "no use"],
  ])("because it %s fails all that it was asked, and leaves no file", async (_, code, reason) => {
    startThreadsWith(`import { parentPort } from "node:worker_threads";
      parentPort.on("message", ({ kind, unit }) => {
        if (kind === "write-chunk" && unit === undefined) ${code};
      });`);
    await using pool = new EncoderPool(FORM, { threads: 1 });
    await using tables = await UnitTables.create();
    const { fileIo, locations } = failingFileIo(() => undefined);
    const lost = { code: "ENCODER_LOST", message: expect.stringContaining(reason) as string };
    const unit = pool.openUnit({ ...tables.form(fileIo), memoryLimitBytes: 1 });
    await unit.write(chunk(), 0);
    await expect(unit.write(chunk(), 0)).rejects.toMatchObject(lost);
    await expect(unit.write(chunk(), 0)).rejects.toMatchObject(lost);
    await expect(unit.close()).rejects.toMatchObject(lost);
    await pool.room();
    await unit[Symbol.asyncDispose]();
    expect(await locations()).toEqual([]);
  });
});

describe("a pool", () => {
  it("begins no more threads than there is work for", async () => {
    await using pool = new EncoderPool(FORM, { threads: 3 });
    await using tables = await UnitTables.create();
    await using unit = pool.openUnit(tables.form());
    for (let index = 0; index < 5; index++) await unit.write(chunk(), 0);
    expect((await unit.close()).dataFiles).toHaveLength(1);
    const { unit: busy } = await writeUnit(pool, tables.form(), [chunk(), chunk(), chunk()]);
    expect(busy.dataFiles.map(({ recordCount }) => recordCount)).toEqual([2, 2, 2]);
  });

  it("has no room while two chunks for each thread are under way, and counts their bytes", async () => {
    await using pool = new EncoderPool(FORM, { threads: 1 });
    await using tables = await UnitTables.create();
    await using unit = pool.openUnit(tables.form());
    const first = unit.write(chunk(), 0);
    await pool.room();
    const second = unit.write(chunk(), 0);
    expect(unit.bufferedBytes).toBeGreaterThanOrEqual(2 * chunk().buffer.length);
    const ended: string[] = [];
    const note = async (name: string, end: Promise<unknown>): Promise<void> => {
      await end;
      ended.push(name);
    };
    await Promise.all([note("room", pool.room()), note("first", first)]);
    expect(ended).toEqual(["room", "first"]);
    await second;
  });

  it("fails what is under way when it is disposed, and ends", async () => {
    await using tables = await UnitTables.create();
    const pool = new EncoderPool(FORM, { threads: 1 });
    const never = failingFileIo(() => undefined).fileIo;
    const fileIo = { ...never, openWrite: () => new Promise<never>(() => undefined) };
    const unit = pool.openUnit({ ...tables.form(fileIo), memoryLimitBytes: 1 });
    const [written] = await Promise.allSettled([
      unit.write(chunk(), 0),
      pool[Symbol.asyncDispose](),
    ]);
    expect(written).toMatchObject({ status: "rejected", reason: { code: "ENCODER_LOST" } });
  });

  it("says at once that rules make no sense", () => {
    const rule = { name: "a", field: "b", severity: "warn", check: { kind: "not-null" } } as const;
    expect(() => new EncoderPool({ ...FORM, rules: [rule] }, { threads: 1 })).toThrow(
      expect.objectContaining({ code: "RULES_INVALID" }) as Error,
    );
  });
});

import { concatBatches, rowAt, valueAt, type ColumnBatch } from "@salon/columns";
import {
  Bool,
  type Data,
  Decimal,
  DenseUnion,
  Dictionary,
  Duration,
  Field,
  Float16,
  Int32,
  Int8,
  IntervalYearMonth,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromArrays,
  TimestampNanosecond,
  TimeUnit,
  Uint64,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { batchesFromArrow, IcebergError } from "../../src/index.ts";
import { ALL_TYPES, readAllTypes } from "./all-types.ts";

const ints = makeData({ type: new Int32(), length: 3, data: Int32Array.of(1, 2, 3) });

function columnsOf(table: Table): ColumnBatch {
  return concatBatches([...batchesFromArrow(table)]);
}

/** A record batch of one column, `c`. */
function batchOf(data: Data): RecordBatch {
  const field = new Field("c", data.type, true);
  const type = new Struct([field]);
  const struct = makeData({ type, length: data.length, nullCount: 0, children: [data] });
  return new RecordBatch(new Schema([field]), struct);
}

function valuesOfC(data: Data): unknown[] {
  const [batch] = [...batchesFromArrow(batchOf(data))];
  return Array.from({ length: batch!.rowCount }, (_, row) => valueAt(batch!.columns[0]!, row));
}

function error(run: () => unknown): IcebergError {
  try {
    run();
  } catch (caught) {
    if (caught instanceof IcebergError) return caught;
    throw caught;
  }
  throw new Error("nothing was thrown");
}

describe("a table that pyarrow wrote", () => {
  it("has every type's values, in two record batches", async () => {
    const table = await readAllTypes();
    const batches = [...batchesFromArrow(table)];
    expect(batches.map(({ rowCount }) => rowCount)).toEqual([1, 2]);
    const batch = concatBatches(batches);
    for (const [name, [first, last]] of Object.entries(ALL_TYPES)) {
      const column = batch.columns[batch.names.indexOf(name)]!;
      const values = [0, 1, 2].map((row) => valueAt(column, row));
      expect({ [name]: values }).toEqual({ [name]: [first, null, last] });
    }
  });

  it("leaves a column of nulls out, whose type nobody knows", async () => {
    const table = await readAllTypes();
    expect(table.schema.names).toContain("null");
    expect(columnsOf(table).names).toEqual(Object.keys(ALL_TYPES));
  });

  it("has the same values from any slice of it", async () => {
    const table = await readAllTypes();
    const whole = columnsOf(table);
    for (const [start, end] of [
      [0, 2],
      [1, 3],
      [2, 3],
      [1, 1],
    ] as const) {
      const slice = table.slice(start, end);
      const rows = [...batchesFromArrow(slice)].flatMap((batch) =>
        Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)),
      );
      const expected = Array.from({ length: end - start }, (_, row) => rowAt(whole, start + row));
      expect(rows).toEqual(expected);
    }
  });
});

describe("tables made in JavaScript", () => {
  const int = fc.option(fc.integer());
  const text = fc.option(fc.string({ unit: "binary", maxLength: 20 }));
  const flag = fc.option(fc.boolean());
  const rows = fc.array(
    fc.record({ int, text, flag, word: fc.option(fc.constantFrom("a", "b")) }),
    {
      minLength: 1,
      maxLength: 30,
    },
  );

  it("show what Arrow itself shows, whole and sliced", () => {
    fc.assert(
      fc.property(rows, fc.nat(30), fc.nat(30), (made, from, to) => {
        const table = new Table({
          int: vectorFromArray(
            made.map((row) => row.int),
            new Int32(),
          ),
          text: vectorFromArray(
            made.map((row) => row.text),
            new Utf8(),
          ),
          flag: vectorFromArray(
            made.map((row) => row.flag),
            new Bool(),
          ),
          word: vectorFromArray(
            made.map((row) => row.word),
            new Dictionary(new Utf8(), new Int8()),
          ),
        }).slice(Math.min(from, to), Math.max(from, to));
        const shown = table.toArray().map((row) => ({ ...row?.toJSON() }));
        const ours = [...batchesFromArrow(table)].flatMap((batch) =>
          Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)),
        );
        expect(ours).toEqual(shown);
      }),
    );
  });

  it("share their buffers where the layouts agree", () => {
    const numbers = Float64Array.of(1, 2, 3);
    const [batch] = [...batchesFromArrow(tableFromArrays({ numbers }))];
    const [column] = batch!.columns;
    expect(column?.layout === "primitive" && column.values.buffer).toBe(numbers.buffer);
  });

  it("have half floats", () => {
    // IEEE 754 binary16: 1.5, -0.25, the smallest subnormal, infinity, not a number.
    const bits = Uint16Array.of(0x3e00, 0xb400, 0x0001, 0x7c00, 0x7e00);
    const data = makeData({ type: new Float16(), length: 5, nullCount: 0, data: bits });
    expect(valuesOfC(data)).toEqual([1.5, -0.25, 2 ** -24, Infinity, Number.NaN]);
  });

  it("may have nulls among the entries of a dictionary, and booleans as entries", () => {
    const type = new Dictionary(new Utf8(), new Int8());
    const dictionary = vectorFromArray(["a", null, "b"], new Utf8());
    const data = makeData({
      type,
      data: Int8Array.of(2, 1, 0),
      dictionary,
      nullCount: 0,
      length: 3,
    });
    expect(valuesOfC(data)).toEqual(["b", null, "a"]);
    const flags = makeData({
      type: new Dictionary(new Bool(), new Int8()),
      data: Int8Array.of(1, 0, 99),
      nullBitmap: Uint8Array.of(0b011),
      dictionary: vectorFromArray([true, false], new Bool()),
      nullCount: 1,
      length: 3,
    });
    expect(valuesOfC(flags)).toEqual([false, true, null]);
  });
});

describe("what no column can hold", () => {
  it("is refused with the column and the type", () => {
    const union = new DenseUnion([0], [new Field("x", new Int32())]);
    for (const type of [new Duration(TimeUnit.SECOND), new IntervalYearMonth(), union]) {
      const data = { ...plain(ints), type };
      const schema = { fields: [new Field("c", type)] };
      const batch: unknown = {
        schema,
        data: { ...plain(batchOf(ints).data), children: [data] },
      };
      const refused = error(() => [...batchesFromArrow(batch as RecordBatch)]);
      expect(refused.code).toBe("UNSUPPORTED");
      expect(refused.message).toContain("Arrow column c is ");
      expect(refused.message).toContain(type.toString());
    }
  });

  it.each<[string, Data, string]>([
    [
      "an unsigned number above the longs",
      makeData({ type: new Uint64(), length: 1, nullCount: 0, data: BigUint64Array.of(2n ** 63n) }),
      "9223372036854775808 in row 0",
    ],
    [
      "nanoseconds that are no microseconds",
      makeData({
        type: new TimestampNanosecond(),
        length: 1,
        nullCount: 0,
        data: BigInt64Array.of(1n),
      }),
      "not a whole number of microseconds",
    ],
    [
      "a decimal of too many digits",
      makeData({
        type: new Decimal(0, 2, 128),
        length: 1,
        nullCount: 0,
        data: Uint32Array.of(100, 0, 0, 0),
      }),
      "more than 2 digits",
    ],
  ])("%s", (_what, data, reason) => {
    const refused = error(() => valuesOfC(data));
    expect(refused.code).toBe("VALUE_INVALID");
    expect(refused.message).toContain("Arrow column c: ");
    expect(refused.message).toContain(reason);
  });

  it("two columns of one name", () => {
    const data = makeData({ type: new Int32(), length: 1, data: Int32Array.of(1) });
    const fields = [new Field("c", new Int32()), new Field("c", new Int32())];
    const struct = makeData({ type: new Struct(fields), length: 1, children: [data, data] });
    expect(
      error(() => [...batchesFromArrow(new RecordBatch(new Schema(fields), struct))]),
    ).toMatchObject({ code: "VALUE_INVALID", message: expect.stringContaining("same name") });
  });
});

describe("buffers that do not fit", () => {
  const text = vectorFromArray(["ab", "c", "def"], new Utf8()).data[0]!;
  const words = vectorFromArray(["a", "b"], new Dictionary(new Utf8(), new Int8())).data[0]!;
  const broken: Readonly<Record<string, object>> = {
    "values that are too few": { ...plain(ints), values: Int32Array.of(1) },
    "values of another kind": { ...plain(ints), values: Float64Array.of(1, 2, 3) },
    "no values": { ...plain(ints), values: undefined },
    "a bitmap that is too short": {
      ...plain(ints),
      offset: 20,
      nullCount: 1,
      nullBitmap: Uint8Array.of(1),
    },
    "nulls without a bitmap": { ...plain(ints), nullCount: 2, nullBitmap: undefined },
    "offsets that go down": { ...plain(text), valueOffsets: Int32Array.of(0, 2, 1, 6) },
    "offsets behind the bytes": { ...plain(text), valueOffsets: Int32Array.of(0, 2, 3, 6000) },
    "offsets that are too few": { ...plain(text), valueOffsets: Int32Array.of(0, 2) },
    "negative offsets": { ...plain(text), valueOffsets: Int32Array.of(-5, 2, 3, 6) },
    "an index behind the dictionary": { ...plain(words), values: Int8Array.of(0, 7) },
    "a negative index": { ...plain(words), values: Int8Array.of(0, -1) },
    "no dictionary": { ...plain(words), dictionary: undefined },
    "no type": { ...plain(ints), type: undefined },
    "a length that is none": { ...plain(ints), length: 2.5 },
  };

  it.each(Object.keys(broken))("%s: a clear error, and nothing is read", (what) => {
    const { length = 0 } = broken[what] as { length?: number };
    const schema = { fields: [new Field("c", new Int32())] };
    const data = { ...plain(batchOf(ints).data), children: [broken[what]], length };
    const batch = { schema, data } as unknown;
    const refused = error(() => [...batchesFromArrow(batch as RecordBatch)]);
    expect(refused).toMatchObject({
      code: "VALUE_INVALID",
      message: expect.stringMatching(/^Arrow column c: /),
    });
  });

  it("are told, too, where parts nest without an end", () => {
    const field = new Field<Struct>("c", new Struct([]));
    const type = field.type as { children: Field[] };
    type.children.push(field);
    const data = { ...plain(ints), type, children: [] as unknown[] };
    data.children.push(data);
    const batch = { schema: { fields: [field] }, data: { ...data, children: [data] } } as unknown;
    expect(error(() => [...batchesFromArrow(batch as RecordBatch)]).code).toBe("VALUE_INVALID");
  });
});

/** The parts of a chunk as a plain object. */
function plain(data: Data): object {
  const {
    type,
    length,
    offset,
    nullCount,
    nullBitmap,
    values,
    valueOffsets,
    children,
    dictionary,
  } = data;
  return {
    type,
    length,
    offset,
    nullCount,
    nullBitmap,
    values,
    valueOffsets,
    children,
    dictionary,
  };
}

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorkDirectory, sortRows } from "../../src/index.ts";
import { readRows, serializeRow } from "../../src/readers/table-row.ts";

it("gives 64-bit columns as bigint, whatever the engine calls them", async () => {
  await using directory = await createWorkDirectory("rows");
  const path = join(directory.path, "rows.ndjson");
  await writeFile(path, '{"a":1,"b":"9007199254740993","c":1}\n{"a":null,"b":2,"c":null}\n');
  expect(await readRows(path, { a: "long", b: "BIGINT", c: "int" })).toEqual([
    { a: 1n, b: 9007199254740993n, c: 1 },
    { a: null, b: 2n, c: null },
  ]);
});

it("sorts by number, not by text", () => {
  const rows = [
    { partition: 1, offset: 2n },
    { partition: 0, offset: 10n },
    { partition: 0, offset: 9n },
  ];
  expect(sortRows(rows, "partition", "offset").map(({ offset }) => offset)).toEqual([9n, 10n, 2n]);
});

it("writes 64-bit values as text, nested ones too", () => {
  const row = { a: 9007199254740993n, list: [1n], none: null, text: "ü" };
  expect(serializeRow(row)).toBe('{"a":"9007199254740993","list":["1"],"none":null,"text":"ü"}');
});

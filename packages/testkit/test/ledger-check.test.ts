import { expect, it } from "vitest";
import { checkLedger, expectExactlyOnce } from "../src/index.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const row = (offset: number, columns: object): Record<string, unknown> => ({
  _kafka_partition: 0,
  _kafka_offset: BigInt(offset),
  ...columns,
});

const produced = [
  { partition: 0, offset: 0, value: bytes('{"customer_id":7,"rating_value":4.3,"comment":null}') },
  { partition: 0, offset: 2, value: bytes("no json") },
  { partition: 0, offset: 3 },
];
const tableRows = [row(0, { customer_id: 7, rating_value: Math.fround(4.3), comment: null })];
const deadLetterRows = [row(2, { value: base64("no json") }), row(3, { value: null })];

it("finds nothing wrong when each record is in one place by value", () => {
  expect(expectExactlyOnce({ produced, tableRows, deadLetterRows })).toEqual({
    recordCount: 3,
    tableRowCount: 1,
    deadLetterCount: 2,
    faults: [],
  });
});

it("takes offsets as numbers and values as bytes too", () => {
  const asNumbers = tableRows.map((row) => ({ ...row, _kafka_offset: 0 }));
  const asBytes = [row(2, { value: bytes("no json") }), row(3, { value: null })];
  const check = { produced, tableRows: asNumbers, deadLetterRows: asBytes };
  expect(checkLedger(check).faults).toEqual([]);
});

it.each([
  ["missing", { deadLetterRows: deadLetterRows.slice(1) }, 2n],
  ["twice", { tableRows: [...tableRows, ...tableRows] }, 0n],
  ["twice", { deadLetterRows: [...deadLetterRows, row(0, { value: base64("x") })] }, 0n],
  ["unexpected", { tableRows: [...tableRows, row(1, {})] }, 1n],
  ["different", { tableRows: [row(0, { customer_id: 8, rating_value: 4.3, comment: null })] }, 0n],
  ["different", { tableRows: [row(0, { customer_id: 7, rating_value: 4, comment: null })] }, 0n],
  ["different", { tableRows: [row(0, { customer_id: 7, rating_value: 4.3, comment: "" })] }, 0n],
  ["different", { tableRows: [row(0, { rating_value: 4.3, comment: null })] }, 0n],
  ["different", { deadLetterRows: [row(2, { value: base64("no jso") }), deadLetterRows[1]] }, 2n],
  ["different", { deadLetterRows: [deadLetterRows[0], row(3, { value: base64("") })] }, 3n],
] as const)("finds a record %s", (kind, change, offset) => {
  const check = { produced, tableRows, deadLetterRows, ...(change as object) };
  expect(checkLedger(check).faults).toMatchObject([{ kind, partition: 0, offset }]);
});

it("finds an invalid record in the table and a valid one in the dead letters", () => {
  const { faults } = checkLedger({
    produced,
    tableRows,
    deadLetterRows,
    expected: ({ offset }) => (offset === 0 ? "dead-letter" : {}),
  });
  expect(faults.map(({ kind, offset }) => [kind, offset])).toEqual([
    ["misplaced", 0n],
    ["misplaced", 2n],
    ["misplaced", 3n],
  ]);
});

it("counts and shows faults in the error", () => {
  const check = { produced, tableRows: [], deadLetterRows: [...deadLetterRows, row(9, {})] };
  expect(() => expectExactlyOnce(check)).toThrow(
    expect.objectContaining({
      code: "LEDGER_BROKEN",
      message: [
        "3 records, 0 rows, 3 dead letters",
        "missing: 1",
        '  0:0 {"customer_id":7,"rating_value":4.3,"comment":null}',
        "unexpected: 1",
        "  0:9 in the dead-letter",
      ].join("\n"),
    }),
  );
});

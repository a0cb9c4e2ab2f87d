import { isValidRow } from "@salon/columns";
import type { FlatColumn, VariableBinaryColumn } from "@salon/columns";
import type { ColumnCheck } from "./column-check.ts";
import { markRows } from "./value-checks.ts";

/** Whether the text `data[start .. end]` holds; it is well-formed UTF-8. */
export type TextTest = (data: Uint8Array, start: number, end: number) => boolean;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

const UNTESTED = 0;
const HOLDS = 1;
const BREAKS = 2;

/** Texts for which `holds` is false break it. An entry of a dictionary is tested once. */
export function checkTexts(holds: TextTest): ColumnCheck {
  // Batches of one decoder share dictionaries, which never change and of which rows have few.
  const verdicts = new WeakMap<VariableBinaryColumn, Uint8Array>();
  return (column, broken) => {
    const { texts, indices, validity } = textsOf(column);
    const { data, offsets } = texts;
    if (indices === undefined) {
      return markRows(
        column,
        broken,
        (row) => isValidRow(validity, row) && !holds(data, offsets[row]!, offsets[row + 1]!),
      );
    }
    const known = verdicts.get(texts) ?? new Uint8Array(texts.length);
    verdicts.set(texts, known);
    return markRows(column, broken, (row) => {
      if (!isValidRow(validity, row)) return false;
      const entry = indices[row]!;
      if (known[entry] === UNTESTED) {
        known[entry] = holds(data, offsets[entry]!, offsets[entry + 1]!) ? HOLDS : BREAKS;
      }
      return known[entry] === BREAKS;
    });
  };
}

/** A column of texts: the texts, and, of a dictionary, the one that each row has. */
export function textsOf(column: FlatColumn): {
  readonly texts: VariableBinaryColumn;
  readonly indices?: Int32Array;
  readonly validity: Uint8Array | undefined;
} {
  if (column.layout === "variable-size-binary") {
    return { texts: column, validity: column.validity };
  }
  if (column.layout === "dictionary" && column.dictionary.layout === "variable-size-binary") {
    const { dictionary, indices, validity } = column;
    return { texts: dictionary, indices, validity };
  }
  throw new TypeError(`texts in layout ${column.layout}`);
}

/** The text as a string. */
export function decodeText(data: Uint8Array, start: number, end: number): string {
  return utf8.decode(data.subarray(start, end));
}

/** Every byte but those that continue a code point (`10xxxxxx`) begins one. */
export function countCodePoints(data: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if ((data[at]! & 0xc0) !== 0x80) count++;
  return count;
}

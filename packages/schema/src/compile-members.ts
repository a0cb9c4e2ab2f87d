import { compileReader, type SpanReader } from "./record-reader.ts";
import type { RecordField } from "./record-fields.ts";
import { bytesMatch, slotCode } from "./slot-code.ts";

/** Fields seen of a record are bits of one number. */
const FIELDS_MAX = 31;

const textEncoder = new TextEncoder();

/**
 * Generates the code that reads records in any order and spacing of their members, for producers
 * whose forms are too many for templates. Keys are compared as constants; values are read as a
 * template's. What is unusual it leaves: a key with escapes, or one that repeats. What it takes
 * JSON.parse would read the same. Undefined for a schema of very many fields, and where the process
 * forbids generating code.
 */
export function compileMembers(fields: readonly RecordField[]): SpanReader | undefined {
  if (fields.length > FIELDS_MAX) return undefined;
  // The key as JSON.stringify writes it, without its first quote.
  const keys = fields.map(({ field }) => textEncoder.encode(JSON.stringify(field.name).slice(1)));
  const statements = `  let seen = 0;
  at = skipSpace(bytes, at);
  if (at >= end || bytes[at] !== 123) return false;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === 125) at++;
  else for (;;) {
    if (at >= end || bytes[at] !== 34) return false;
    at++;
    ${keys.map((key, index) => memberCode(key, index, fields[index])).join("\n    else ")}
    else {
      at = findPlainStringEnd(bytes, view, at, end) + 1;
      if (at === 0) return false;
${COLON_CODE}
${slotCode(-1, undefined)}
    }
    at = skipSpace(bytes, at);
    byte = bytes[at++];
    if (byte === 125) break;
    if (byte !== 44) return false;
    at = skipSpace(bytes, at);
  }
  if (at > end || skipSpace(bytes, at) < end) return false;
${fields.map(({ field }, index) => absenceCode(index, field.required === true)).join("\n")}
  return true;`;
  return compileReader(fields, statements, Math.max(...keys.map(({ length }) => length)));
}

const COLON_CODE = `      at = skipSpace(bytes, at);
      if (bytes[at] !== 58) return false;
      at = skipSpace(bytes, at + 1);
      if (at >= end) return false;`;

function memberCode(key: Uint8Array, index: number, field: RecordField | undefined): string {
  return `if (${bytesMatch(key)}) {
      if ((seen & ${1 << index}) !== 0) return false;
      seen |= ${1 << index};
      at += ${key.length};
${COLON_CODE}
${slotCode(index, field)}
    }`;
}

function absenceCode(index: number, isRequired: boolean): string {
  const consequence = isRequired ? "return false;" : `field${index}.writeNull(row);`;
  return `  if ((seen & ${1 << index}) === 0) ${consequence}`;
}

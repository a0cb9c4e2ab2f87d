import { compileReader, type SpanReader } from "./record-reader.ts";
import type { RecordField } from "./record-fields.ts";
import { bytesMatch, slotCode } from "./slot-code.ts";
import type { Template } from "./template.ts";

/**
 * Generates the code that reads records of a template: segments compared as constants, numbers read
 * digit by digit, strings by their writers. Only numbers are put into the code, never text.
 * Whatever it does not take it leaves; what it takes JSON.parse would read the same. Undefined
 * where the process forbids generating code.
 */
export function compileTemplate(
  template: Template,
  fields: readonly RecordField[],
): SpanReader | undefined {
  const indexes = template.names.map((name) =>
    fields.findIndex(({ field }) => field.name === name),
  );
  const slots = indexes.map((index) => slotCode(index, fields[index]));
  const missing = fields.flatMap((_, index) => (indexes.includes(index) ? [] : [index]));
  const statements = `
${slots.map((slot, index) => segmentCode(template.segments[index]!) + slot).join("")}
${segmentCode(template.segments[slots.length]!)}
  if (at !== end) return false;
${missing.map((index) => `  field${index}.writeNull(row);`).join("\n")}
  return true;`;
  const reach = Math.max(...template.segments.map(({ length }) => length));
  return compileReader(fields, statements, reach);
}

/** Compares a segment and steps over it. */
function segmentCode(segment: Uint8Array): string {
  return `  if (!(${bytesMatch(segment)})) return false;\n  at += ${segment.length};\n`;
}

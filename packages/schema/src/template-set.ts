import { compileMembers } from "./compile-members.ts";
import { compileTemplate } from "./compile-template.ts";
import type { RecordSpan, SpanReader } from "./record-reader.ts";
import { truncateFields, type RecordField } from "./record-fields.ts";
import { findTemplate, templateKey } from "./template.ts";

/** Each costs every record of another one an attempt. */
const TEMPLATES_MAX = 4;
/** Records of one form before code is generated for it; the very first form is worth it at once. */
const RECORDS_BEFORE_TEMPLATE = 8;
/** Records of one form before it takes the place of the template that was idle for longest. */
const RECORDS_BEFORE_REPLACEMENT = 1024;
/** Generated code costs memory, so a producer of ever new forms is left to the general path. */
const COMPILATIONS_MAX = 64;
/** Forms that are counted at a time. */
const CANDIDATES_MAX = 256;

interface KnownTemplate {
  readonly key: string;
  readonly read: SpanReader;
}

/** Records that are read member by member before templates are tried again. */
const RECORDS_BY_MEMBERS = 64;

/**
 * The templates that a decoder has learnt from the records it was given, and a reader of all other
 * forms.
 */
export class TemplateSet {
  private readonly fields: readonly RecordField[];
  /** The one used last comes first. */
  private readonly templates: KnownTemplate[] = [];
  private readonly candidates = new Map<string, number>();
  private compilationsLeft = COMPILATIONS_MAX;
  /** Made when a template did not do. */
  private members: SpanReader | "not made" | undefined = "not made";

  constructor(fields: readonly RecordField[]) {
    this.fields = fields;
  }

  /**
   * Writes the first records of a span to their rows: as long as one template has them, or as they
   * are of forms that no template has.
   */
  read(span: RecordSpan): number {
    for (const template of this.templates) {
      const count = template.read(span);
      if (count < span.to - span.from) truncateFields(this.fields, span.row + count);
      if (count === 0) continue;
      this.moveToFront(template);
      return count;
    }
    // The very first form is learnt from the general path.
    return this.templates.length === 0 ? 0 : this.readMembers(span);
  }

  private readMembers(span: RecordSpan): number {
    if (this.members === "not made") this.members = compileMembers(this.fields);
    const { bytes, starts, ends, from, row } = span;
    const to = Math.min(span.to, from + RECORDS_BY_MEMBERS);
    const count = this.members?.({ ...span, to }) ?? 0;
    if (count < to - from) truncateFields(this.fields, row + count);
    if (count > 0) this.learn(bytes, starts[from]!, ends[from]!);
    return count;
  }

  /** Notes the form of a record that no template had and that proved to be a row. */
  learn(buffer: Uint8Array, start: number, end: number): void {
    if (this.compilationsLeft === 0) return;
    const template = findTemplate(buffer, start, end);
    if (template === undefined) return;
    const key = templateKey(template);
    // A known form with unusual values: an escape, an exponent, very many digits.
    if (this.templates.some((known) => known.key === key)) return;
    if (!this.isWorthwhile(key)) return;
    const read = compileTemplate(template, this.fields);
    this.compilationsLeft = read === undefined ? 0 : this.compilationsLeft - 1;
    if (read === undefined) return;
    if (this.templates.length === TEMPLATES_MAX) this.templates.pop();
    this.templates.unshift({ key, read });
  }

  private isWorthwhile(key: string): boolean {
    if (this.templates.length === 0) return true;
    const count = (this.candidates.get(key) ?? 0) + 1;
    const isFull = this.templates.length === TEMPLATES_MAX;
    if (count >= (isFull ? RECORDS_BEFORE_REPLACEMENT : RECORDS_BEFORE_TEMPLATE)) {
      this.candidates.clear();
      return true;
    }
    if (this.candidates.size === CANDIDATES_MAX) this.candidates.clear();
    this.candidates.set(key, count);
    return false;
  }

  private moveToFront(template: KnownTemplate): void {
    if (this.templates[0] === template) return;
    this.templates.splice(this.templates.indexOf(template), 1);
    this.templates.unshift(template);
  }
}

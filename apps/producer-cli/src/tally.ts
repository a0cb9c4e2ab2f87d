import type { GeneratedEvent } from "@salon/generator";

/** What was sent so far. */
export interface Tally {
  readonly records: number;
  /** Of values; keys are not counted. */
  readonly valueBytes: number;
  /** Records by kind, `clean` among them. */
  readonly kinds: Readonly<Record<string, number>>;
}

/** Nothing was sent. */
export const EMPTY_TALLY: Tally = { records: 0, valueBytes: 0, kinds: {} };

/** The tally with more events in it. */
export function addToTally(tally: Tally, events: readonly GeneratedEvent[]): Tally {
  const kinds = { ...tally.kinds };
  let { valueBytes } = tally;
  for (const { kind, value } of events) {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    valueBytes += value?.length ?? 0;
  }
  return { records: tally.records + events.length, valueBytes, kinds };
}

/** The closing summary: a sentence for people, and the same as fields. */
export function summarize(
  tally: Tally,
  elapsedMs: number,
): { readonly text: string; readonly fields: Readonly<Record<string, unknown>> } {
  const { records, valueBytes: bytes, kinds } = tally;
  const seconds = Math.round(elapsedMs) / 1_000;
  const recordsPerSecond = elapsedMs > 0 ? Math.round((records * 100_000) / elapsedMs) / 100 : 0;
  return {
    text:
      `sent ${count(records, "record")} of ${count(bytes, "byte")} in ${seconds} s, ` +
      `${recordsPerSecond} records/s,`,
    fields: { records, bytes, seconds, recordsPerSecond, kinds },
  };
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

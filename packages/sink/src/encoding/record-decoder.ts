import type { RecordChunk } from "@salon/kafka-io";
import { createDecoder, createQualityGate } from "@salon/schema";
import type { CheckedRecords, Decoder, EventSchema, QualityGate, QualityRule } from "@salon/schema";
import type { TableBinding } from "../mapping/table-binding.ts";

/** What records are to be. Plain data. */
export interface RecordForm {
  readonly events: EventSchema;
  /** What valid records are held to besides. */
  readonly rules: readonly QualityRule[];
  /** Of `local-date-time` fields that become instants, or that rules compare with them. */
  readonly timeZone: string;
}

/** Throws what making a {@link RecordDecoder} elsewhere would. */
export function checkForm({ events: schema, rules, timeZone }: RecordForm): void {
  createQualityGate({ schema, rules, timeZone });
}

/** Decodes the records of chunks and holds them to the rules. */
export class RecordDecoder {
  readonly #events: EventSchema;
  readonly #gate: QualityGate;
  /** They are kept: each has learnt how the producers of the topic write. */
  readonly #decoders = new Map<string, Decoder>();
  /** The end of the last use. */
  #tail: Promise<unknown> = Promise.resolve();

  /** Throws RULES_INVALID, and TIME_ZONE_UNKNOWN for an unknown zone. */
  constructor({ events, rules, timeZone }: RecordForm) {
    this.#events = events;
    this.#gate = createQualityGate({ schema: events, rules, timeZone });
  }

  /**
   * Decodes a chunk for `use`. The columns hold until its promise settles, and the next chunk waits
   * for that: their memory is the same each time.
   */
  decode<T>(
    chunk: RecordChunk,
    { dateTimes }: TableBinding,
    use: (checked: CheckedRecords) => Promise<T>,
  ): Promise<T> {
    const result = this.#tail.then(() => {
      const { buffer, valueStarts, valueEnds, count, timestampsMs } = chunk;
      const decoded = this.#decoderOf(dateTimes).decode(buffer, valueStarts, valueEnds, count);
      return use(this.#gate.check(decoded, timestampsMs));
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  #decoderOf(dateTimes: TableBinding["dateTimes"]): Decoder {
    const key = JSON.stringify(dateTimes);
    let decoder = this.#decoders.get(key);
    if (decoder === undefined) {
      decoder = createDecoder(this.#events, { dateTimes, lendsColumns: true });
      this.#decoders.set(key, decoder);
    }
    return decoder;
  }
}

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

/** Decodes the records of chunks and holds them to the rules. One call at a time. */
export class RecordDecoder {
  readonly #events: EventSchema;
  readonly #gate: QualityGate;
  /** They are kept: each has learnt how the producers of the topic write. */
  readonly #decoders = new Map<string, Decoder>();

  /** Throws RULES_INVALID, and TIME_ZONE_UNKNOWN for an unknown zone. */
  constructor({ events, rules, timeZone }: RecordForm) {
    this.#events = events;
    this.#gate = createQualityGate({ schema: events, rules, timeZone });
  }

  decode(chunk: RecordChunk, { dateTimes }: TableBinding): CheckedRecords {
    const { buffer, valueStarts, valueEnds, count, timestampsMs } = chunk;
    const decoder = this.#decoderOf(dateTimes);
    return this.#gate.check(decoder.decode(buffer, valueStarts, valueEnds, count), timestampsMs);
  }

  #decoderOf(dateTimes: TableBinding["dateTimes"]): Decoder {
    const key = JSON.stringify(dateTimes);
    let decoder = this.#decoders.get(key);
    if (decoder === undefined) {
      decoder = createDecoder(this.#events, { dateTimes });
      this.#decoders.set(key, decoder);
    }
    return decoder;
  }
}

import type { AvroFile, AvroFileOptions } from "../../src/codec/avro/avro-container.ts";
import type { AvroMap } from "../../src/codec/avro/avro-value.ts";
import { HANDLE_LENGTH, Handles } from "./handles.ts";

export type { AvroFile, AvroFileOptions };

interface KeptFile extends Omit<AvroFileOptions, "codec"> {
  readonly records: readonly AvroMap[];
}

const files = new Handles<KeptFile>("an Avro file");

/** A handle in the place of the file. */
export class AvroFileBuilder {
  readonly length: number = HANDLE_LENGTH;
  readonly #options: AvroFileOptions;
  readonly #records: AvroMap[] = [];

  constructor(options: AvroFileOptions) {
    this.#options = options;
  }

  append(record: AvroMap): void {
    this.#records.push(record);
  }

  finish(): Uint8Array {
    const { schema, metadata } = this.#options;
    return files.encode({ schema, metadata, records: this.#records });
  }
}

/** What a handle stands for; `METADATA_INVALID` for any other bytes. */
export function openAvroFile(bytes: Uint8Array): AvroFile {
  const { schema, metadata, records } = files.decode(bytes);
  return {
    schema,
    metadata: new Map(Object.entries(metadata)),
    *records() {
      yield* records;
    },
  };
}

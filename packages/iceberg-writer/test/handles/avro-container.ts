import type { AvroBlock, AvroFile, AvroFileOptions } from "../../src/codec/avro/avro-container.ts";
import type { AvroMap } from "../../src/codec/avro/avro-value.ts";
import { HANDLE_LENGTH, Handles } from "./handles.ts";

export type { AvroBlock, AvroFile, AvroFileOptions };

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

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  append(record: AvroMap): void {
    this.#records.push(record);
  }

  closeBlock(): void {}

  /** Of a handle nobody would see that its records were not read. */
  accepts(): boolean {
    return false;
  }

  appendBlock({ data }: AvroBlock): void {
    this.#records.push(...files.decode(data).records);
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
    *records(blocks) {
      if (blocks === undefined) yield* records;
      else for (const { data } of blocks) yield* files.decode(data).records;
    },
    *blocks() {
      yield { recordCount: records.length, data: bytes };
    },
  };
}

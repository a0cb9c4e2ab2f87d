/** A header of a record (Kafka protocol: Record Header). Names may repeat; their order is kept. */
export interface RecordHeader {
  readonly name: string;
  /** Absent: a null value. */
  readonly value?: Uint8Array | undefined;
}

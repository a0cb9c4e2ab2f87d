import type { RecordHeader } from "@salon/kafka-io";

/** Where a dead letter comes from, and why it is one. */
export interface DeadLetterOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | bigint;
  readonly cause: string;
  readonly field?: string | undefined;
  readonly message?: string | undefined;
  /** The main snapshot that decided it. */
  readonly decidedBy: bigint;
}

/**
 * The headers that tell of a dead letter in a topic, behind those that its record had. Topic,
 * partition and offset name the record: who reads the topic knows by them what comes again.
 */
export function deadLetterHeaders(origin: DeadLetterOrigin): readonly RecordHeader[] {
  const { topic, partition, offset, cause, field, message, decidedBy } = origin;
  const texts: Readonly<Record<string, string | undefined>> = {
    "salon.source.topic": topic,
    "salon.source.partition": String(partition),
    "salon.source.offset": String(offset),
    "salon.error.code": cause,
    "salon.error.field": field,
    "salon.error.message": message,
    "salon.decided-by": decidedBy.toString(),
  };
  return Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [{ name, value: Buffer.from(text) }],
  );
}

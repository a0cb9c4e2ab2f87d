import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { int16, int32, int64, nullableBytes, nullableString, string } from "./primitive-field.ts";

/** Produce: record batches to append. Versions 3 to 7, with message format v2. */
export const produce = new Api({
  key: 0,
  name: "Produce",
  minVersion: 3,
  maxVersion: 7,
  request: struct({
    transactionalId: nullableString,
    /** 0: no answer is wanted; 1: the leader's; -1: all in-sync replicas'. */
    acks: int16,
    timeoutMs: int32,
    topics: array(
      struct({ name: string, partitions: array(struct({ index: int32, records: nullableBytes })) }),
    ),
  }),
  response: struct({
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            /** -1 where the records keep the producer's times. */
            logAppendTimeMs: int64,
            logStartOffset: since(5, int64, -1n),
          }),
        ),
      }),
    ),
    throttleTimeMs: int32,
  }),
});

import { Api } from "./api.ts";
import { array, nullableArray, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { int16, int32, int64, nullableString, string } from "./primitive-field.ts";

/** OffsetFetch: what a group has committed. Versions 1 to 5; all partitions from 2. */
export const offsetFetch = new Api({
  key: 9,
  name: "OffsetFetch",
  minVersion: 1,
  maxVersion: 5,
  request: struct({
    groupId: string,
    /** Null asks for all that is committed. */
    topics: nullableArray(struct({ name: string, partitions: array(int32) })),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            /** -1 where none is committed. */
            committedOffset: int64,
            committedLeaderEpoch: since(5, int32, -1),
            metadata: nullableString,
            errorCode: int16,
          }),
        ),
      }),
    ),
    errorCode: since(2, int16, 0),
  }),
});

import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { int16, int32, int64, int8, string } from "./primitive-field.ts";

/** The time that asks for the end of the log. */
export const LATEST_TIMESTAMP = -1n;
/** The time that asks for the start of the log. */
export const EARLIEST_TIMESTAMP = -2n;

/** ListOffsets: the start, the end, or the first offset at a time or later. Versions 1 to 5. */
export const listOffsets = new Api({
  key: 2,
  name: "ListOffsets",
  minVersion: 1,
  maxVersion: 5,
  request: struct({
    replicaId: int32,
    isolationLevel: since(2, int8, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ index: int32, currentLeaderEpoch: since(4, int32, -1), timestamp: int64 }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            /** -1 where no record is that late. */
            timestamp: int64,
            offset: int64,
            leaderEpoch: since(4, int32, -1),
          }),
        ),
      }),
    ),
  }),
});

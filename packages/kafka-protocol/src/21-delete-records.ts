import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { int16, int32, int64, string } from "./primitive-field.ts";

/** DeleteRecords: moves the start of logs. Versions 0 to 1. */
export const deleteRecords = new Api({
  key: 21,
  name: "DeleteRecords",
  minVersion: 0,
  maxVersion: 1,
  request: struct({
    topics: array(
      struct({
        name: string,
        /** -1 deletes all that is there. */
        partitions: array(struct({ index: int32, offset: int64 })),
      }),
    ),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ index: int32, lowWatermark: int64, errorCode: int16 })),
      }),
    ),
  }),
});

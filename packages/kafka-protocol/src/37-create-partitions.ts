import { Api } from "./api.ts";
import { array, nullableArray, struct } from "./composite-field.ts";
import { bool, int16, int32, nullableString, string } from "./primitive-field.ts";

/** CreatePartitions: topics grow. Versions 0 to 1. */
export const createPartitions = new Api({
  key: 37,
  name: "CreatePartitions",
  minVersion: 0,
  maxVersion: 1,
  request: struct({
    topics: array(
      struct({
        name: string,
        /** How many there are to be. */
        count: int32,
        assignments: nullableArray(struct({ brokerIds: array(int32) })),
      }),
    ),
    timeoutMs: int32,
    validateOnly: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(struct({ name: string, errorCode: int16, errorMessage: nullableString })),
  }),
});

import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { bool, int16, int32, nullableString, string } from "./primitive-field.ts";

/** CreateTopics. Versions 0 to 4. */
export const createTopics = new Api({
  key: 19,
  name: "CreateTopics",
  minVersion: 0,
  maxVersion: 4,
  request: struct({
    topics: array(
      struct({
        name: string,
        /** -1: the broker's default, or as many as `assignments` has. */
        partitionCount: int32,
        replicationFactor: int16,
        assignments: array(struct({ partition: int32, brokerIds: array(int32) })),
        configs: array(struct({ name: string, value: nullableString })),
      }),
    ),
    timeoutMs: int32,
    validateOnly: since(1, bool, false),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    topics: array(
      struct({
        name: string,
        errorCode: int16,
        errorMessage: since(1, nullableString, undefined),
      }),
    ),
  }),
});

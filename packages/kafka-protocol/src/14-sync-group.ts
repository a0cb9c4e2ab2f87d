import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { bytes, int16, int32, nullableString, string } from "./primitive-field.ts";

/** SyncGroup: the leader says who gets what, the others ask. Versions 0 to 3. */
export const syncGroup = new Api({
  key: 14,
  name: "SyncGroup",
  minVersion: 0,
  maxVersion: 3,
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullableString, undefined),
    assignments: array(struct({ memberId: string, assignment: bytes })),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    assignment: bytes,
  }),
});

import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { bytes, int16, int32, nullableString, string } from "./primitive-field.ts";

/** JoinGroup: becomes a member. Versions 0 to 5; static members from 5. */
export const joinGroup = new Api({
  key: 11,
  name: "JoinGroup",
  minVersion: 0,
  maxVersion: 5,
  request: struct({
    groupId: string,
    sessionTimeoutMs: int32,
    /** Version 0 has none, and means the session's. */
    rebalanceTimeoutMs: since(1, int32, -1),
    /** Empty of a member that is new. */
    memberId: string,
    groupInstanceId: since(5, nullableString, undefined),
    protocolType: string,
    protocols: array(struct({ name: string, metadata: bytes })),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    errorCode: int16,
    generationId: int32,
    protocolName: string,
    leader: string,
    memberId: string,
    members: array(
      struct({
        memberId: string,
        groupInstanceId: since(5, nullableString, undefined),
        metadata: bytes,
      }),
    ),
  }),
});

import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since, within } from "./field.ts";
import { int16, int32, int64, nullableString, string } from "./primitive-field.ts";

/**
 * OffsetCommit: where a group is. Versions 2 to 9; static members from 7, flexible from 8, members
 * by KIP-848 from 9.
 */
export const offsetCommit = new Api({
  key: 8,
  name: "OffsetCommit",
  minVersion: 2,
  maxVersion: 9,
  flexibleFrom: 8,
  request: struct({
    groupId: string,
    /** -1 of a consumer outside of the group's protocol; of a member by KIP-848 its epoch. */
    generationId: int32,
    memberId: string,
    groupInstanceId: since(7, nullableString, undefined),
    retentionTimeMs: within(2, 4, int64, -1n),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            committedOffset: int64,
            committedLeaderEpoch: since(6, int32, -1),
            committedMetadata: nullableString,
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: array(
      struct({ name: string, partitions: array(struct({ index: int32, errorCode: int16 })) }),
    ),
  }),
});

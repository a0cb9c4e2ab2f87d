import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { type Field, since } from "./field.ts";
import { bool, bytes, int16, int32, nullableString, string } from "./primitive-field.ts";

/** The protocol's name; null, which is undefined here, from version 7 on. */
const joinedProtocol: Field<string | undefined> = {
  read: (reader, version) => (version.number < 7 ? string : nullableString).read(reader, version),
  write: (writer, value, version) => {
    if (version.number < 7) string.write(writer, value ?? "", version);
    else nullableString.write(writer, value, version);
  },
};

/**
 * JoinGroup: becomes a member. Versions 0 to 9; static members from 5, flexible from 6, leaders
 * that skip their assignment from 9 (KIP-814).
 */
export const joinGroup = new Api({
  key: 11,
  name: "JoinGroup",
  minVersion: 0,
  maxVersion: 9,
  flexibleFrom: 6,
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
    /** For the broker's log. */
    reason: since(8, nullableString, undefined),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    errorCode: int16,
    generationId: int32,
    protocolType: since(7, nullableString, undefined),
    /** Null of an error, in the versions that have that. */
    protocolName: joinedProtocol,
    leader: string,
    /** The leader has the assignment of before its restart go on. */
    skipAssignment: since(9, bool, false),
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

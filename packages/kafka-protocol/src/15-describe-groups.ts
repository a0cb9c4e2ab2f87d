import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { bool, bytes, int16, int32, nullableString, string } from "./primitive-field.ts";

/** What operations a client may do, where it did not ask. */
const NOT_ASKED = -2147483648;

/** DescribeGroups: state and members. Versions 0 to 4. */
export const describeGroups = new Api({
  key: 15,
  name: "DescribeGroups",
  minVersion: 0,
  maxVersion: 4,
  request: struct({
    groups: array(string),
    includeAuthorizedOperations: since(3, bool, false),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    groups: array(
      struct({
        errorCode: int16,
        groupId: string,
        state: string,
        protocolType: string,
        protocolName: string,
        members: array(
          struct({
            memberId: string,
            groupInstanceId: since(4, nullableString, undefined),
            clientId: string,
            clientHost: string,
            metadata: bytes,
            assignment: bytes,
          }),
        ),
        authorizedOperations: since(3, int32, NOT_ASKED),
      }),
    ),
  }),
});

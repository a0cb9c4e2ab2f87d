import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since, within } from "./field.ts";
import { int16, int32, nullableString, string } from "./primitive-field.ts";

/** LeaveGroup: a member goes, from version 3 on several at once. Versions 0 to 3. */
export const leaveGroup = new Api({
  key: 13,
  name: "LeaveGroup",
  minVersion: 0,
  maxVersion: 3,
  request: struct({
    groupId: string,
    memberId: within(0, 2, string, ""),
    members: since(3, array(struct({ memberId: string, groupInstanceId: nullableString })), []),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    members: since(
      3,
      array(struct({ memberId: string, groupInstanceId: nullableString, errorCode: int16 })),
      [],
    ),
  }),
});

import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { int16, int32, string } from "./primitive-field.ts";

/** ListGroups: all groups of the broker. Versions 0 to 2. */
export const listGroups = new Api({
  key: 16,
  name: "ListGroups",
  minVersion: 0,
  maxVersion: 2,
  request: struct({}),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    groups: array(struct({ groupId: string, protocolType: string })),
  }),
});

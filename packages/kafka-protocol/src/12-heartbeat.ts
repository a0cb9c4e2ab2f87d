import { Api } from "./api.ts";
import { struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { int16, int32, nullableString, string } from "./primitive-field.ts";

/** Heartbeat: a member is alive. Versions 0 to 3. */
export const heartbeat = new Api({
  key: 12,
  name: "Heartbeat",
  minVersion: 0,
  maxVersion: 3,
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullableString, undefined),
  }),
  response: struct({ throttleTimeMs: since(1, int32, 0), errorCode: int16 }),
});

import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { int16, int32, string } from "./primitive-field.ts";

/** DeleteTopics. Versions 0 to 3. */
export const deleteTopics = new Api({
  key: 20,
  name: "DeleteTopics",
  minVersion: 0,
  maxVersion: 3,
  request: struct({ names: array(string), timeoutMs: int32 }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    topics: array(struct({ name: string, errorCode: int16 })),
  }),
});

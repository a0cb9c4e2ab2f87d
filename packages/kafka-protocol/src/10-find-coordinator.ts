import { Api } from "./api.ts";
import { struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { int16, int32, int8, nullableString, string } from "./primitive-field.ts";

/** FindCoordinator: the broker that leads a group. Versions 0 to 2. */
export const findCoordinator = new Api({
  key: 10,
  name: "FindCoordinator",
  minVersion: 0,
  maxVersion: 2,
  request: struct({
    key: string,
    /** 0: a group; 1: a transaction. */
    keyType: since(1, int8, 0),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    errorMessage: since(1, nullableString, undefined),
    nodeId: int32,
    host: string,
    port: int32,
  }),
});

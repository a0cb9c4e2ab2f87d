import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { int16, string } from "./primitive-field.ts";

/**
 * SaslHandshake: the mechanism to authenticate by. Versions 0 to 1; after version 1 the tokens go
 * in SaslAuthenticate, after version 0 bare.
 */
export const saslHandshake = new Api({
  key: 17,
  name: "SaslHandshake",
  minVersion: 0,
  maxVersion: 1,
  request: struct({ mechanism: string }),
  response: struct({ errorCode: int16, mechanisms: array(string) }),
});

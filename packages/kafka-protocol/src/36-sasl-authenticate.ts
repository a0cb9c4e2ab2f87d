import { Api } from "./api.ts";
import { struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { bytes, int16, int64, nullableString } from "./primitive-field.ts";

/** SaslAuthenticate: a token of the mechanism, and the answer to it. Versions 0 to 1. */
export const saslAuthenticate = new Api({
  key: 36,
  name: "SaslAuthenticate",
  minVersion: 0,
  maxVersion: 1,
  request: struct({ token: bytes }),
  response: struct({
    errorCode: int16,
    errorMessage: nullableString,
    token: bytes,
    /** After how many milliseconds to authenticate again; 0: never. */
    sessionLifetimeMs: since(1, int64, 0n),
  }),
});

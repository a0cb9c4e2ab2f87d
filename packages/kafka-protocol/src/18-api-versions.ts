import { Api } from "./api.ts";
import { array, struct } from "./composite-field.ts";
import { since } from "./field.ts";
import { int16, int32, string } from "./primitive-field.ts";

/**
 * ApiVersions: what the broker understands. Versions 0 to 3, flexible from 3; the header of its
 * response is that of version 0 in all of them (KIP-511).
 */
export const apiVersions = new Api({
  key: 18,
  name: "ApiVersions",
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 3,
  request: struct({
    clientSoftwareName: since(3, string, ""),
    clientSoftwareVersion: since(3, string, ""),
  }),
  response: struct({
    errorCode: int16,
    apis: array(struct({ key: int16, minVersion: int16, maxVersion: int16 })),
    throttleTimeMs: since(1, int32, 0),
  }),
});

import { Api } from "./api.ts";
import { struct } from "./composite-field.ts";
import { int16, int32, int64, nullableString } from "./primitive-field.ts";

/** InitProducerId: the identity of an idempotent producer. Versions 0 to 1. */
export const initProducerId = new Api({
  key: 22,
  name: "InitProducerId",
  minVersion: 0,
  maxVersion: 1,
  request: struct({ transactionalId: nullableString, transactionTimeoutMs: int32 }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: int64,
    producerEpoch: int16,
  }),
});

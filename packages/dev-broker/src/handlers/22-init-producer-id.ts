import { ERROR_CODES, initProducerId } from "@salon/kafka-protocol";
import type { ResponseOf } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** An id for an idempotent producer; transactional ones are refused. */
export const initProducerIdHandler: Handler = handlerOf(initProducerId, {
  handle: ({ transactionalId }, { broker }) =>
    transactionalId === undefined
      ? { ...refused(ERROR_CODES.NONE), producerId: broker.takeProducerId(), producerEpoch: 0 }
      : refused(ERROR_CODES.INVALID_REQUEST),
  refuse: (_, errorCode) => refused(errorCode),
});

function refused(errorCode: number): ResponseOf<typeof initProducerId> {
  return { throttleTimeMs: 0, errorCode, producerId: -1n, producerEpoch: -1 };
}

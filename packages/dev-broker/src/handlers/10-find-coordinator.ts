import { ERROR_CODES, findCoordinator } from "@salon/kafka-protocol";
import type { ResponseOf } from "@salon/kafka-protocol";
import { NODE_ID } from "../broker.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

const GROUP = 0;

/** The one broker leads all groups; there are no transactions to lead. */
export const findCoordinatorHandler: Handler = handlerOf(findCoordinator, {
  handle({ keyType }, { broker: { address } }) {
    if (keyType === GROUP) {
      return { ...refused(ERROR_CODES.NONE), errorMessage: undefined, nodeId: NODE_ID, ...address };
    }
    const errorMessage = "this broker has no transactions";
    return { ...refused(ERROR_CODES.INVALID_REQUEST), errorMessage };
  },
  refuse: (_, errorCode) => refused(errorCode),
});

function refused(errorCode: number): ResponseOf<typeof findCoordinator> {
  return { throttleTimeMs: 0, errorCode, errorMessage: undefined, nodeId: -1, host: "", port: -1 };
}

import { deleteTopics, ERROR_CODES } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** Deletes topics at once, with what groups have committed of them. */
export const deleteTopicsHandler: Handler = handlerOf(deleteTopics, {
  handle: ({ names }, { broker }) => ({
    throttleTimeMs: 0,
    topics: names.map((name) => {
      const topic = broker.topics.get(name);
      if (topic === undefined) return { name, errorCode: ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION };
      broker.topics.delete(topic);
      broker.offsets.forgetTopic(name);
      return { name, errorCode: ERROR_CODES.NONE };
    }),
  }),
  refuse: ({ names }, errorCode) => ({
    throttleTimeMs: 0,
    topics: names.map((name) => ({ name, errorCode })),
  }),
});

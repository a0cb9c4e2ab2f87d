import { createPartitions, ERROR_CODES } from "@salon/kafka-protocol";
import type { ResponseOf } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** Adds partitions to topics; they never have fewer. */
export const createPartitionsHandler: Handler = handlerOf(createPartitions, {
  handle: ({ topics, validateOnly }, { broker }) => ({
    throttleTimeMs: 0,
    results: topics.map(({ name, count }) => {
      const topic = broker.topics.get(name);
      if (topic === undefined) return answer(name, ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION);
      const current = topic.partitions.length;
      if (count <= current) {
        return answer(name, ERROR_CODES.INVALID_PARTITIONS, `topic ${name} has ${current} already`);
      }
      if (!validateOnly) broker.topics.grow(topic, count);
      return answer(name, ERROR_CODES.NONE);
    }),
  }),
  refuse: ({ topics }, errorCode) => ({
    throttleTimeMs: 0,
    results: topics.map(({ name }) => answer(name, errorCode)),
  }),
});

function answer(
  name: string,
  errorCode: number,
  errorMessage?: string,
): ResponseOf<typeof createPartitions>["results"][number] {
  return { name, errorCode, errorMessage };
}

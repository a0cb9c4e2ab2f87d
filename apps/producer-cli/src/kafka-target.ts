import type { KafkaSink } from "@salon/kafka-io";
import type { RecordTarget } from "./record-target.ts";

/** Sends each event as a record of the sink's topic; an event has no key where no id is right. */
export function createKafkaTarget(sink: KafkaSink, topic: string): RecordTarget {
  return {
    name: `topic ${topic}`,
    async write(events) {
      await sink.send(events);
    },
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  };
}

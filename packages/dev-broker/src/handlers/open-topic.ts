import type { Broker } from "../broker.ts";
import { isTopicName } from "../log/topics.ts";
import type { Topic } from "../log/topics.ts";

/** The topic; one that is missing is created where client and broker allow it. */
export function openTopic(
  { topics, settings }: Broker,
  name: string,
  mayCreate: boolean,
): Topic | undefined {
  const topic = topics.get(name);
  if (topic !== undefined || !mayCreate || !settings.autoCreateTopics) return topic;
  return isTopicName(name) ? topics.create(name, settings.partitions) : undefined;
}

import { describeConfigs, ERROR_CODES } from "@salon/kafka-protocol";
import type { RequestOf, ResponseOf } from "@salon/kafka-protocol";
import { NODE_ID } from "../broker.ts";
import type { Broker } from "../broker.ts";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

type Resource = RequestOf<typeof describeConfigs>["resources"][number];
type ResourceAnswer = ResponseOf<typeof describeConfigs>["resources"][number];
type Config = ResourceAnswer["configs"][number];

const TOPIC = 2;
const BROKER = 4;
/** Where a value comes from (Kafka: ConfigEntry.ConfigSource). */
const SOURCE_TOPIC = 1;
const SOURCE_DEFAULT = 5;

/** What topics were created with, and what else holds here; nothing can be changed. */
export const describeConfigsHandler: Handler = handlerOf(describeConfigs, {
  handle: ({ resources }, { broker }) => ({
    throttleTimeMs: 0,
    resources: resources.map((resource) => describe(resource, broker)),
  }),
  refuse: ({ resources }, errorCode) => ({
    throttleTimeMs: 0,
    resources: resources.map((resource) => answerOf(resource, errorCode, [])),
  }),
});

function describe(resource: Resource, broker: Broker): ResourceAnswer {
  const { resourceType, resourceName, configNames } = resource;
  const configs = configsOf(resourceType, resourceName, broker);
  if (configs === undefined) {
    const errorCode =
      resourceType === TOPIC ? ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION : ERROR_CODES.INVALID_REQUEST;
    return answerOf(resource, errorCode, []);
  }
  const wanted = configs.filter(({ name }) => configNames?.includes(name) ?? true);
  return answerOf(resource, ERROR_CODES.NONE, wanted);
}

function configsOf(type: number, name: string, broker: Broker): readonly Config[] | undefined {
  const { settings, topics } = broker;
  const messageBytesMax = String(settings.messageBytesMax);
  if (type === BROKER) {
    if (name !== String(NODE_ID)) return undefined;
    return configList(
      {
        "auto.create.topics.enable": String(settings.autoCreateTopics),
        "num.partitions": String(settings.partitions),
        "message.max.bytes": messageBytesMax,
      },
      {},
    );
  }
  const topic = type === TOPIC ? topics.get(name) : undefined;
  return (
    topic &&
    configList(
      {
        "cleanup.policy": "delete",
        "compression.type": "producer",
        "max.message.bytes": messageBytesMax,
        "message.timestamp.type": "CreateTime",
        "retention.bytes": "-1",
        "retention.ms": "-1",
      },
      topic.configs,
    )
  );
}

function configList(
  defaults: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): readonly Config[] {
  return Object.entries({ ...defaults, ...own }).map(([name, value]) => ({
    name,
    value,
    isReadOnly: true,
    isDefault: !(name in own),
    source: name in own ? SOURCE_TOPIC : SOURCE_DEFAULT,
    isSensitive: false,
    synonyms: [],
  }));
}

function answerOf(
  { resourceType, resourceName }: Resource,
  errorCode: number,
  configs: readonly Config[],
): ResourceAnswer {
  return { errorCode, errorMessage: undefined, resourceType, resourceName, configs };
}

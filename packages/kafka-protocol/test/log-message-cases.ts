import * as protocol from "../src/index.ts";
import { messageCase } from "./message-case.ts";
import type { Case } from "./message-case.ts";

const throttleTimeMs = 0;

/** Messages about topics and their logs, but Produce. */
export const LOG_CASES: readonly Case[] = [
  messageCase(protocol.listOffsets, {
    name: "listOffsets",
    versions: [1, 3],
    args: {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ topic: "t", partitions: [{ partition: 3, timestamp: "1736937000000" }] }],
    },
    request: {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: "t", partitions: [{ index: 3, timestamp: 1736937000000n }] }],
    },
    response: {
      throttleTimeMs,
      topics: [
        {
          name: "t",
          partitions: [{ index: 3, errorCode: 0, timestamp: 5n, offset: 7n, leaderEpoch: 0 }],
        },
      ],
    },
    read: {
      responses: [
        { topic: "t", partitions: [{ partition: 3, errorCode: 0, timestamp: "5", offset: "7" }] },
      ],
    },
  }),
  messageCase(protocol.metadata, {
    name: "metadata",
    versions: [0, 6],
    args: { topics: ["t", "u"], allowAutoTopicCreation: true },
    request: { topics: [{ name: "t" }, { name: "u" }], allowAutoTopicCreation: true },
    response: {
      throttleTimeMs,
      brokers: [{ nodeId: 1, host: "localhost", port: 9092, rack: undefined }],
      clusterId: "c",
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: "t",
          topicId: protocol.ZERO_UUID,
          isInternal: false,
          partitions: [
            {
              errorCode: 0,
              index: 2,
              leaderId: 1,
              leaderEpoch: 0,
              replicas: [1],
              inSyncReplicas: [1],
              offlineReplicas: [],
            },
          ],
          authorizedOperations: 0,
        },
      ],
      clusterAuthorizedOperations: 0,
    },
    read: {
      brokers: [{ nodeId: 1, host: "localhost", port: 9092 }],
      topicMetadata: [
        {
          topic: "t",
          partitionMetadata: [{ partitionId: 2, leader: 1, replicas: [1], isr: [1] }],
        },
      ],
    },
  }),
  messageCase(protocol.saslHandshake, {
    name: "saslHandshake",
    versions: [0, 1],
    args: { mechanism: "PLAIN" },
    request: { mechanism: "PLAIN" },
    response: { errorCode: 33, mechanisms: ["SCRAM-SHA-256", "OAUTHBEARER"] },
    read: { errorCode: 33, enabledMechanisms: ["SCRAM-SHA-256", "OAUTHBEARER"] },
  }),
  messageCase(protocol.saslAuthenticate, {
    name: "saslAuthenticate",
    versions: [0, 1],
    // kafkajs wants the token with its length, and gives it so.
    args: { authBytes: Buffer.from("\0\0\0\u0005token") },
    request: { token: Buffer.from("token") },
    response: {
      errorCode: 58,
      errorMessage: "no",
      token: Buffer.from("back"),
      sessionLifetimeMs: 0n,
    },
    read: { errorCode: 58, errorMessage: "no", authBytes: Buffer.from("\0\0\0\u0004back") },
  }),
  messageCase(protocol.apiVersions, {
    name: "apiVersions",
    versions: [0, 2],
    args: {},
    request: {},
    response: {
      errorCode: 0,
      apis: [{ key: 1, minVersion: 4, maxVersion: 11 }],
      throttleTimeMs,
    },
    read: { apiVersions: [{ apiKey: 1, minVersion: 4, maxVersion: 11 }] },
  }),
  messageCase(protocol.createTopics, {
    name: "createTopics",
    versions: [0, 3],
    args: {
      topics: [
        {
          topic: "t",
          numPartitions: 3,
          replicationFactor: 1,
          configEntries: [{ name: "retention.ms", value: "5" }],
        },
      ],
      validateOnly: false,
      timeout: 50,
    },
    request: {
      topics: [
        {
          name: "t",
          partitionCount: 3,
          replicationFactor: 1,
          assignments: [],
          configs: [{ name: "retention.ms", value: "5" }],
        },
      ],
      timeoutMs: 50,
      validateOnly: false,
    },
    response: { throttleTimeMs, topics: [{ name: "t", errorCode: 0, errorMessage: "m" }] },
    read: { topicErrors: [{ topic: "t", errorCode: 0 }] },
  }),
  messageCase(protocol.deleteTopics, {
    name: "deleteTopics",
    versions: [0, 1],
    args: { topics: ["t"], timeout: 50 },
    request: { names: ["t"], timeoutMs: 50 },
    response: { throttleTimeMs, topics: [{ name: "t", errorCode: 0 }] },
    read: { topicErrors: [{ topic: "t", errorCode: 0 }] },
  }),
  messageCase(protocol.deleteRecords, {
    name: "deleteRecords",
    versions: [0, 1],
    args: {
      topics: [{ topic: "t", partitions: [{ partition: 1, offset: "5" }] }],
      timeout: 50,
    },
    request: { topics: [{ name: "t", partitions: [{ index: 1, offset: 5n }] }], timeoutMs: 50 },
    response: {
      throttleTimeMs,
      topics: [{ name: "t", partitions: [{ index: 1, lowWatermark: 5n, errorCode: 0 }] }],
    },
    read: { topics: [{ topic: "t", partitions: [{ partition: 1, lowWatermark: 5n }] }] },
  }),
  messageCase(protocol.initProducerId, {
    name: "initProducerId",
    versions: [0, 1],
    args: { transactionalId: null, transactionTimeout: 50 },
    request: { transactionalId: undefined, transactionTimeoutMs: 50 },
    response: { throttleTimeMs, errorCode: 0, producerId: 77n, producerEpoch: 0 },
    read: { producerId: "77", producerEpoch: 0 },
  }),
  messageCase(protocol.describeConfigs, {
    name: "describeConfigs",
    versions: [0, 2],
    args: { resources: [{ type: 2, name: "t", configNames: ["retention.ms"] }] },
    request: {
      resources: [{ resourceType: 2, resourceName: "t", configNames: ["retention.ms"] }],
    },
    response: {
      throttleTimeMs,
      resources: [
        {
          errorCode: 0,
          errorMessage: undefined,
          resourceType: 2,
          resourceName: "t",
          configs: [
            {
              name: "retention.ms",
              value: "5",
              isReadOnly: true,
              isDefault: false,
              source: 1,
              isSensitive: false,
              synonyms: [],
            },
          ],
        },
      ],
    },
    read: {
      resources: [
        { resourceName: "t", configEntries: [{ configName: "retention.ms", configValue: "5" }] },
      ],
    },
  }),
  messageCase(protocol.createPartitions, {
    name: "createPartitions",
    versions: [0, 1],
    args: { topicPartitions: [{ topic: "t", count: 6 }], validateOnly: true, timeout: 50 },
    request: { topics: [{ name: "t", count: 6 }], timeoutMs: 50, validateOnly: true },
    response: {
      throttleTimeMs,
      results: [{ name: "t", errorCode: 0, errorMessage: undefined }],
    },
    read: { topicErrors: [{ topic: "t", errorCode: 0 }] },
  }),
  messageCase(protocol.fetch, {
    name: "fetch",
    versions: [4, 11],
    args: {
      replicaId: -1,
      maxWaitTime: 500,
      minBytes: 1,
      maxBytes: 1_000,
      isolationLevel: 1,
      topics: [{ topic: "t", partitions: [{ partition: 2, fetchOffset: "8", maxBytes: 100 }] }],
    },
    request: {
      replicaId: -1,
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 1_000,
      isolationLevel: 1,
      topics: [{ name: "t", partitions: [{ index: 2, fetchOffset: 8n, maxBytes: 100 }] }],
      rackId: "",
    },
    response: {
      throttleTimeMs,
      errorCode: 0,
      sessionId: 0,
      topics: [
        {
          name: "t",
          topicId: protocol.ZERO_UUID,
          partitions: [
            {
              index: 2,
              errorCode: 0,
              highWatermark: 9n,
              lastStableOffset: 9n,
              logStartOffset: 1n,
              abortedTransactions: [{ producerId: 5n, firstOffset: 6n }],
              preferredReadReplica: -1,
              records: Buffer.alloc(0),
              divergingEpoch: undefined,
            },
          ],
        },
      ],
    },
    read: {
      responses: [
        {
          topicName: "t",
          partitions: [
            {
              partition: 2,
              errorCode: 0,
              highWatermark: "9",
              lastStableOffset: "9",
              abortedTransactions: [{ producerId: "5", firstOffset: "6" }],
            },
          ],
        },
      ],
    },
  }),
];

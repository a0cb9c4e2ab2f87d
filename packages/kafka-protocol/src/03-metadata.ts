import { Api } from "./api.ts";
import { array, nullableArray, struct } from "./composite-field.ts";
import { since, within } from "./field.ts";
import { bool, int16, int32, nullableString, string, uuid } from "./primitive-field.ts";

/** No topic id. */
export const ZERO_UUID: string = Buffer.alloc(16).toString("base64url");

/** What operations a client may do, where it did not ask. */
const NOT_ASKED = -2147483648;

/** Metadata: brokers, topics, leaders. Versions 0 to 10; topic ids from 10, flexible from 9. */
export const metadata = new Api({
  key: 3,
  name: "Metadata",
  minVersion: 0,
  maxVersion: 10,
  flexibleFrom: 9,
  request: struct({
    /** Null asks for all topics; in version 0 an empty list does. */
    topics: nullableArray(struct({ topicId: since(10, uuid, ZERO_UUID), name: nullableString })),
    allowAutoTopicCreation: since(4, bool, true),
    includeClusterAuthorizedOperations: since(8, bool, false),
    includeTopicAuthorizedOperations: since(8, bool, false),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    brokers: array(
      struct({
        nodeId: int32,
        host: string,
        port: int32,
        rack: since(1, nullableString, undefined),
      }),
    ),
    clusterId: since(2, nullableString, undefined),
    controllerId: since(1, int32, -1),
    topics: array(
      struct({
        errorCode: int16,
        name: string,
        topicId: since(10, uuid, ZERO_UUID),
        isInternal: since(1, bool, false),
        partitions: array(
          struct({
            errorCode: int16,
            index: int32,
            leaderId: int32,
            leaderEpoch: since(7, int32, -1),
            replicas: array(int32),
            inSyncReplicas: array(int32),
            offlineReplicas: since(5, array(int32), []),
          }),
        ),
        authorizedOperations: since(8, int32, NOT_ASKED),
      }),
    ),
    clusterAuthorizedOperations: within(8, 10, int32, NOT_ASKED),
  }),
});

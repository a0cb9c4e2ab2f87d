/** Why a group refuses a request, by the names of Kafka's protocol (Error Codes). */
export type GroupError =
  | "COORDINATOR_NOT_AVAILABLE"
  | "FENCED_INSTANCE_ID"
  | "ILLEGAL_GENERATION"
  | "INCONSISTENT_GROUP_PROTOCOL"
  | "INVALID_GROUP_ID"
  | "INVALID_SESSION_TIMEOUT"
  | "MEMBER_ID_REQUIRED"
  | "REBALANCE_IN_PROGRESS"
  | "UNKNOWN_MEMBER_ID";

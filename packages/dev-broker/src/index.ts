export { DevBrokerError } from "./broker-error.ts";
export type { DevBrokerErrorCode } from "./broker-error.ts";
export type { BrokerSettings } from "./broker.ts";
export { startDevBroker } from "./dev-broker.ts";
export type { DevBroker, DevBrokerOptions, NewTopic } from "./dev-broker.ts";
export type { ActiveFault, Fault, FaultRule } from "./server/faults.ts";

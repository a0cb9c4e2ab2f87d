import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

interface KafkajsRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  encode(): Promise<{ readonly buffer: Buffer }>;
}

interface KafkajsResponse {
  decode(body: Buffer): Promise<unknown>;
}

/** A request in one version, and the reader of its response. */
export interface KafkajsMessage {
  readonly request: KafkajsRequest;
  readonly response: KafkajsResponse;
}

/** kafkajs's own codec, which is none of ours: the oracle of what the bytes must be. */
export function kafkajsMessage(name: string, version: number, args: unknown): KafkajsMessage {
  const folder = `kafkajs/src/protocol/requests/${name}/v${version}`;
  const request = require(`${folder}/request`) as (args: unknown) => KafkajsRequest;
  const response = require(`${folder}/response`) as
    | KafkajsResponse
    | ((args: unknown) => KafkajsResponse);
  return {
    request: request(args),
    // Some answers are read with the request at hand.
    response: typeof response === "function" ? response(args) : response,
  };
}

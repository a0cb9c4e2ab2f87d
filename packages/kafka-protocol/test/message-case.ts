import type { Api } from "../src/index.ts";

/** The same message as kafkajs and we say it; only what every version in question has. */
interface Message {
  readonly name: string;
  /** The versions that kafkajs knows too. */
  readonly versions: readonly [number, number];
  readonly args: unknown;
  readonly request: object;
  /** What kafkajs reads of the response. */
  readonly read: object;
}

export interface Case extends Message {
  readonly key: number;
  readonly decodeRequest: (version: number, body: Buffer) => unknown;
  readonly decodeResponse: (version: number, body: Buffer) => unknown;
  /** Our bytes of what these bytes say. */
  readonly rewriteRequest: (version: number, body: Buffer) => Buffer;
  readonly rewriteResponse: (version: number, body: Buffer) => Buffer;
  readonly writeResponse: (version: number) => Buffer;
}

/** A case of an API with the response that it is to write. */
export function messageCase<Request, Response>(
  api: Api<Request, Response>,
  { response, ...message }: Message & { readonly response: Response },
): Case {
  return {
    ...message,
    key: api.key,
    decodeRequest: (version, body) => api.decodeRequest(version, body),
    decodeResponse: (version, body) => api.decodeResponse(version, body),
    rewriteRequest: (version, body) => api.encodeRequest(version, api.decodeRequest(version, body)),
    rewriteResponse: (version, body) =>
      api.encodeResponse(version, api.decodeResponse(version, body)),
    writeResponse: (version) => api.encodeResponse(version, response),
  };
}

import type { Api } from "@salon/kafka-protocol";
import type { Broker } from "../broker.ts";

/** Who sent a request, and when an answer is of no use any more. */
export interface RequestContext {
  readonly broker: Broker;
  readonly version: number;
  readonly clientId: string;
  readonly clientHost: string;
  /** Aborted when the connection is closed. */
  readonly signal: AbortSignal;
  /** Closes the connection: how an error is told to a client that wants no answer. */
  readonly endConnection: () => void;
}

/** A handler as the server calls it: with bytes, of one version of its API. */
export interface Handler {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  isFlexible(version: number): boolean;
  /** Applies the request; undefined is no answer. @throws RangeError for a malformed request. */
  answer(body: Buffer, context: RequestContext): Promise<Buffer | undefined>;
  /**
   * Answers with an error, everywhere where the response has one, and applies nothing; undefined
   * where the request wants no answer.
   */
  refuse(body: Buffer, version: number, errorCode: number): Buffer | undefined;
}

/** What is done for one kind of request. */
export interface HandlerParts<Request, Response> {
  readonly handle: (
    request: Request,
    context: RequestContext,
  ) => Response | undefined | Promise<Response | undefined>;
  readonly refuse: (request: Request, errorCode: number) => Response | undefined;
}

/** The handler of an API. */
export function handlerOf<Request, Response>(
  api: Api<Request, Response>,
  { handle, refuse }: HandlerParts<Request, Response>,
): Handler {
  const { key, name, minVersion, maxVersion } = api;
  return {
    key,
    name,
    minVersion,
    maxVersion,
    isFlexible: (version) => api.isFlexible(version),
    async answer(body, context) {
      const response = await handle(api.decodeRequest(context.version, body), context);
      return response && api.encodeResponse(context.version, response);
    },
    refuse(body, version, errorCode) {
      const response = refuse(api.decodeRequest(version, body), errorCode);
      return response && api.encodeResponse(version, response);
    },
  };
}

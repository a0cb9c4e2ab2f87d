import type { OperationOptions } from "../../io/file-io.ts";
import type { HttpReply } from "./http-exchange.ts";
import { sendRest } from "./rest-client.ts";
import type { RestClient, RestRequest } from "./rest-client.ts";

/** What became of a request that changes something. */
export interface MutationReply {
  readonly reply: HttpReply;
  /** The answer to the first one was lost, and this one is to the second. */
  readonly isRepeated: boolean;
}

/**
 * Sends a request that changes something. Where the server keeps keys, it carries one
 * (`Idempotency-Key` of the REST spec), and where its answer is lost, it is sent once more under
 * the same key: the server then answers as it did, or applies it for the first time.
 */
export async function sendMutation(
  client: RestClient,
  request: RestRequest,
  options: OperationOptions = {},
): Promise<MutationReply> {
  const { idempotency } = client;
  if (idempotency === undefined) {
    return { reply: await sendRest(client, request, options), isRepeated: false };
  }
  const keyed = { ...request, headers: { "idempotency-key": idempotency.newKey() } };
  const startMs = idempotency.nowMs();
  const reply = await sendRest(client, keyed, options);
  const isRemembered = idempotency.nowMs() - startMs < idempotency.lifetimeMs;
  if (!isLost(reply) || !isRemembered || options.signal?.aborted === true) {
    return { reply, isRepeated: false };
  }
  try {
    return { reply: await sendRest(client, keyed, options), isRepeated: true };
  } catch (cause) {
    // The caller has gone before it was sent; of the first one still nothing is known.
    return { reply: { kind: "no-answer", cause }, isRepeated: true };
  }
}

/** The server, or what stands before it, did not get to say what became of the request. */
function isLost(reply: HttpReply): boolean {
  return reply.kind === "answer"
    ? reply.status === 502 || reply.status === 504
    : reply.kind === "no-answer";
}

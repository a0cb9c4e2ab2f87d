import { KafkaIoError } from "../kafka-io-error.ts";
import { bearerMessage, bearerRefusal, REFUSAL_SEEN } from "./bearer-message.ts";
import type { BearerTokens } from "./bearer-tokens.ts";

/** What a broker answers to a message of the mechanism. */
interface BearerAnswer {
  readonly token: Uint8Array;
}

/** A token that the broker does not take. Its message holds no part of it. */
export class BearerError extends Error {
  override readonly name = "BearerError";
}

/**
 * Shows a broker a token (RFC 7628): an empty answer is a welcome, and is returned. A token that is
 * refused is not shown again.
 *
 * @throws BearerError where the token is refused; what `send` and the tokens throw.
 */
export async function exchangeBearer<Answer extends BearerAnswer>(
  tokens: BearerTokens,
  extensions: Readonly<Record<string, string>> | undefined,
  send: (message: string) => Promise<Answer>,
): Promise<Answer> {
  const token = await tokens.get();
  try {
    const answer = await send(bearerMessage(token, extensions));
    if (answer.token.length === 0) return answer;
    // The broker is waiting for it, to fail the exchange in order.
    await send(REFUSAL_SEEN).catch(() => undefined);
    throw new BearerError(bearerRefusal(answer.token));
  } catch (error) {
    if (!(error instanceof KafkaIoError && error.retryable)) tokens.drop(token);
    throw error;
  }
}

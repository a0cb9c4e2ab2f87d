import type { Api } from "@salon/kafka-protocol";
import { addressText, type BrokerAddress } from "../port/connection-settings.ts";
import { KafkaIoError } from "../kafka-io-error.ts";

/**
 * What a broker answered.
 *
 * @throws KafkaIoError `KAFKA_REQUEST_FAILED` where the bytes are not what the protocol says.
 */
export function readAnswer<Request, Response>(
  api: Api<Request, Response>,
  version: number,
  body: Buffer,
  address: BrokerAddress,
): Response {
  try {
    return api.decodeResponse(version, body);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const server = addressText(address);
    throw new KafkaIoError(
      "KAFKA_REQUEST_FAILED",
      `broker ${server}: its answer to ${api.name} cannot be read: ${error.message}`,
      { context: { server, api: api.name, version }, cause: error },
    );
  }
}

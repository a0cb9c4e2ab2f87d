import { saslAuthenticate, saslHandshake } from "@salon/kafka-protocol";
import { BrokerError, ConnectionError } from "../broker/broker-error.ts";
import type { BrokerAddress, KafkaConnectionSettings } from "../port/connection-settings.ts";
import type { BrokerConnection } from "./broker-connection.ts";

/** Tokens go in SaslAuthenticate (KIP-152), and the session's lifetime is told (KIP-368). */
const HANDSHAKE_VERSION = 1;
const AUTHENTICATE_VERSION = 1;

/**
 * Authenticates a connection by SASL PLAIN (RFC 4616).
 *
 * @returns how many milliseconds the session lasts; 0: as long as the connection.
 * @throws ConnectionError: `KAFKA_UNAUTHORIZED` where mechanism, user or password are refused.
 */
export async function authenticate(
  connection: BrokerConnection,
  address: BrokerAddress,
  sasl: NonNullable<KafkaConnectionSettings["sasl"]>,
  timeoutMs: number,
): Promise<number> {
  const mechanism = sasl.mechanism.toUpperCase();
  const handshake = { mechanism };
  const { errorCode, mechanisms } = await connection.send(
    saslHandshake,
    HANDSHAKE_VERSION,
    handshake,
    timeoutMs,
  );
  if (errorCode !== 0) {
    const offered = `${mechanism} is not offered, but ${mechanisms.join(", ")}`;
    throw refusal(address, errorCode, offered);
  }
  const token = Buffer.from(`\0${sasl.username}\0${sasl.password}`);
  const answer = await connection.send(
    saslAuthenticate,
    AUTHENTICATE_VERSION,
    { token },
    timeoutMs,
  );
  if (answer.errorCode !== 0) throw refusal(address, answer.errorCode, answer.errorMessage);
  return Number(answer.sessionLifetimeMs);
}

function refusal(
  address: BrokerAddress,
  errorCode: number,
  detail: string | undefined,
): ConnectionError {
  const cause = new BrokerError(errorCode, "authenticate", detail);
  return new ConnectionError(address, cause.message, { isRefused: true, cause });
}

import { randomBytes } from "node:crypto";
import { saslAuthenticate, saslHandshake } from "@salon/kafka-protocol";
import { BrokerError, ConnectionError } from "../broker/broker-error.ts";
import type { BrokerAddress, KafkaConnectionSettings } from "../port/connection-settings.ts";
import type { BrokerConnection } from "./broker-connection.ts";
import {
  checkServerSignature,
  scramFirstMessage,
  scramProof,
  ScramError,
  type ScramHash,
} from "./scram.ts";

/** Tokens go in SaslAuthenticate (KIP-152), and the session's lifetime is told (KIP-368). */
const HANDSHAKE_VERSION = 1;
const AUTHENTICATE_VERSION = 1;

const SASL_AUTHENTICATION_FAILED = 58;
/** As many as Kafka's own client draws. */
const NONCE_BYTES = 18;

type SaslSettings = NonNullable<KafkaConnectionSettings["sasl"]>;

/** What a broker answers to a token. */
interface SaslAnswer {
  readonly token: Uint8Array;
  readonly sessionLifetimeMs: number;
}

type SendToken = (token: string) => Promise<SaslAnswer>;

/**
 * Authenticates a connection by SASL: PLAIN (RFC 4616) or SCRAM (RFC 5802, 7677), by which the
 * broker proves itself, too, and never sees the password.
 *
 * @returns how many milliseconds the session lasts; 0: as long as the connection.
 * @throws ConnectionError: `KAFKA_UNAUTHORIZED` where mechanism, user or password are refused, and
 *   where the broker does not prove that it knows the password.
 */
export async function authenticate(
  connection: BrokerConnection,
  address: BrokerAddress,
  sasl: SaslSettings,
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
  const send: SendToken = async (text) => {
    const request = { token: Buffer.from(text) };
    const version = AUTHENTICATE_VERSION;
    const answer = await connection.send(saslAuthenticate, version, request, timeoutMs);
    if (answer.errorCode !== 0) throw refusal(address, answer.errorCode, answer.errorMessage);
    return { token: answer.token, sessionLifetimeMs: Number(answer.sessionLifetimeMs) };
  };
  if (sasl.mechanism === "plain") {
    const { sessionLifetimeMs } = await send(`\0${sasl.username}\0${sasl.password}`);
    return sessionLifetimeMs;
  }
  try {
    return await exchangeScram(
      send,
      sasl,
      sasl.mechanism === "scram-sha-256" ? "sha256" : "sha512",
    );
  } catch (error) {
    if (!(error instanceof ScramError)) throw error;
    throw refusal(address, SASL_AUTHENTICATION_FAILED, error.message);
  }
}

async function exchangeScram(
  send: SendToken,
  { username, password }: SaslSettings,
  hash: ScramHash,
): Promise<number> {
  const nonce = randomBytes(NONCE_BYTES).toString("base64url");
  const client = { hash, username, password, nonce };
  const first = await send(scramFirstMessage(client));
  const proof = await scramProof(client, Buffer.from(first.token).toString());
  const final = await send(proof.message);
  checkServerSignature(proof, Buffer.from(final.token).toString());
  return final.sessionLifetimeMs;
}

function refusal(
  address: BrokerAddress,
  errorCode: number,
  detail: string | undefined,
): ConnectionError {
  const cause = new BrokerError(errorCode, "authenticate", detail);
  return new ConnectionError(address, cause.message, { isRefused: true, cause });
}

import { randomBytes } from "node:crypto";
import { saslAuthenticate, saslHandshake } from "@salon/kafka-protocol";
import { BrokerError, ConnectionError } from "../broker/broker-error.ts";
import { BearerError, exchangeBearer } from "../oauth/bearer-exchange.ts";
import type { Credentials } from "../oauth/credentials.ts";
import type { BrokerAddress } from "../port/connection-settings.ts";
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

/** What a broker answers to a token. */
interface SaslAnswer {
  readonly token: Uint8Array;
  readonly sessionLifetimeMs: number;
}

type SendToken = (token: string) => Promise<SaslAnswer>;

/**
 * Authenticates a connection by SASL: PLAIN (RFC 4616), SCRAM (RFC 5802, 7677), by which the
 * broker proves itself, too, and never sees the password, or OAUTHBEARER (RFC 7628).
 *
 * @returns how many milliseconds the session lasts; 0: as long as the connection.
 * @throws ConnectionError: `KAFKA_UNAUTHORIZED` where mechanism, user, password or token are
 *   refused, and where the broker does not prove that it knows the password; KafkaIoError as
 *   {@link BearerTokens.get}.
 */
export async function authenticate(
  connection: BrokerConnection,
  address: BrokerAddress,
  credentials: Credentials,
  timeoutMs: number,
): Promise<number> {
  const mechanism = credentials.mechanism.toUpperCase();
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
  try {
    return await exchange(send, credentials);
  } catch (error) {
    if (!(error instanceof ScramError) && !(error instanceof BearerError)) throw error;
    throw refusal(address, SASL_AUTHENTICATION_FAILED, error.message);
  }
}

async function exchange(send: SendToken, credentials: Credentials): Promise<number> {
  switch (credentials.mechanism) {
    case "plain": {
      const { username, password } = credentials;
      return (await send(`\0${username}\0${password}`)).sessionLifetimeMs;
    }
    case "scram-sha-256":
      return exchangeScram(send, credentials, "sha256");
    case "scram-sha-512":
      return exchangeScram(send, credentials, "sha512");
    case "oauthbearer": {
      const { tokens, extensions } = credentials;
      return (await exchangeBearer(tokens, extensions, send)).sessionLifetimeMs;
    }
    default:
      return credentials satisfies never;
  }
}

async function exchangeScram(
  send: SendToken,
  { username, password }: { readonly username: string; readonly password: string },
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

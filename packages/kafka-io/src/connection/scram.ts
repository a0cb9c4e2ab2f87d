import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const deriveKey = promisify(pbkdf2);

/** The hash of a SCRAM mechanism, by the name that Node has for it. */
export type ScramHash = "sha256" | "sha512";

/** Kafka refuses to store fewer. */
const ITERATIONS_MIN = 4_096;
/** About a second of work: a server that asks for more is to be refused, not obeyed. */
const ITERATIONS_MAX = 1_000_000;
/** No channel binding (RFC 5802, 7: gs2-header `n,,`). */
const GS2_HEADER = "n,,";

/** Who authenticates; the nonce is fresh for every exchange, printable and without commas. */
export interface ScramClient {
  readonly hash: ScramHash;
  readonly username: string;
  readonly password: string;
  readonly nonce: string;
}

/** What the client sends as its proof, and the signature that proves the server to it. */
export interface ScramProof {
  readonly message: string;
  readonly serverSignature: Buffer;
}

/** An answer that no server who knows the password would give. Its message holds no secret. */
export class ScramError extends Error {
  override readonly name = "ScramError";
}

/** The client-first-message (RFC 5802, 7). */
export function scramFirstMessage(client: ScramClient): string {
  return GS2_HEADER + firstMessageBare(client);
}

/**
 * The client-final-message to the server's first answer (RFC 5802, 3). Like Kafka, the password is
 * taken as it is, without SASLprep.
 *
 * @throws ScramError for an answer that is malformed, to another nonce, or asks for too little or
 *   too much work.
 */
export async function scramProof(client: ScramClient, serverFirst: string): Promise<ScramProof> {
  const { hash } = client;
  const fields = readFields(serverFirst);
  const nonce = fields.get("r") ?? "";
  const salt = Buffer.from(fields.get("s") ?? "", "base64");
  const iterations = Number(fields.get("i"));
  if (!nonce.startsWith(client.nonce) || nonce.length === client.nonce.length) {
    throw new ScramError("the server's nonce does not continue the client's");
  }
  if (salt.length === 0) throw new ScramError("the server sent no salt");
  if (!(iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX)) {
    throw new ScramError(
      `the server asks for ${fields.get("i")} iterations, not ${ITERATIONS_MIN} to ${ITERATIONS_MAX}`,
    );
  }
  const bytes = createHash(hash).digest().length;
  const salted = await deriveKey(client.password, salt, iterations, bytes, hash);
  const clientKey = hmac(hash, salted, "Client Key");
  const storedKey = createHash(hash).update(clientKey).digest();
  const channel = Buffer.from(GS2_HEADER).toString("base64");
  const withoutProof = `c=${channel},r=${nonce}`;
  const authMessage = `${firstMessageBare(client)},${serverFirst},${withoutProof}`;
  const clientSignature = hmac(hash, storedKey, authMessage);
  const proof = clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0));
  return {
    message: `${withoutProof},p=${Buffer.from(proof).toString("base64")}`,
    serverSignature: hmac(hash, hmac(hash, salted, "Server Key"), authMessage),
  };
}

/**
 * Checks the server-final-message: only who knows the password can sign the exchange.
 *
 * @throws ScramError where the server refuses, or is not who it should be.
 */
export function checkServerSignature({ serverSignature }: ScramProof, serverFinal: string): void {
  const fields = readFields(serverFinal);
  const refusal = fields.get("e");
  if (refusal !== undefined) throw new ScramError(`the server refuses: ${refusal}`);
  const signature = Buffer.from(fields.get("v") ?? "", "base64");
  if (signature.length !== serverSignature.length || !timingSafeEqual(signature, serverSignature)) {
    throw new ScramError("the server does not prove that it knows the password");
  }
}

function firstMessageBare({ username, nonce }: ScramClient): string {
  return `n=${username.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=${nonce}`;
}

/** `name=value` pairs of one letter names; the values of this protocol hold no comma. */
function readFields(message: string): ReadonlyMap<string, string> {
  return new Map(message.split(",").map((part) => [part.slice(0, 1), part.slice(2)]));
}

function hmac(hash: ScramHash, key: Uint8Array, text: string): Buffer {
  return createHmac(hash, key).update(text).digest();
}

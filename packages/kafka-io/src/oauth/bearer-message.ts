/** Separates the pairs of a message, and stands alone where a client has seen a refusal. */
const SEPARATOR = "\u0001";

/** What a client sends to be refused in order, after the server's error (RFC 7628, 3.2.3). */
export const REFUSAL_SEEN: string = SEPARATOR;

/** RFC 6750, section 2.1: `b64token`. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
/** RFC 7628, section 3.1: `key` and `value`; Kafka takes letters alone for keys (KIP-342). */
const EXTENSION_NAME = /^[A-Za-z]+$/;
const EXTENSION_VALUE = /^[\x20-\x7e\t\r\n]+$/;

/** Whether a text can be a bearer token. */
export function isBearerToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The name of the first extension that cannot be sent; undefined where all can. */
export function unsendableExtension(
  extensions: Readonly<Record<string, string>>,
): string | undefined {
  return Object.entries(extensions).find(
    ([name, value]) =>
      name === "auth" || !EXTENSION_NAME.test(name) || !EXTENSION_VALUE.test(value),
  )?.[0];
}

/** The client's first message (RFC 7628, section 3.1), for whoever the token is of. */
export function bearerMessage(
  token: string,
  extensions: Readonly<Record<string, string>> = {},
): string {
  const pairs = [
    `auth=Bearer ${token}`,
    ...Object.entries(extensions).map(([name, value]) => `${name}=${value}`),
  ];
  return `n,,${SEPARATOR}${pairs.join(SEPARATOR)}${SEPARATOR}${SEPARATOR}`;
}

/** What the server's error says (RFC 7628, section 3.2.2); it is JSON, if it keeps to that. */
export function bearerRefusal(message: Uint8Array): string {
  const text = Buffer.from(message).toString().slice(0, 200);
  const status = /"status"\s*:\s*"([^"\\]*)"/.exec(text)?.[1];
  return `the token is refused: ${status ?? text}`;
}

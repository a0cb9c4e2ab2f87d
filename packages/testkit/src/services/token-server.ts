import { createSign, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** An OAuth2 server on 127.0.0.1 that gives signed tokens (RFC 6749, 4.4; RFC 7519). */
export interface TokenServer extends AsyncDisposable {
  readonly uri: string;
  /** `id:secret` of the one client that it knows. */
  readonly credential: string;
  /** Whoever has it can check the tokens: base64 of X.509. */
  readonly publicKey: string;
  /** Where the public key is to be had as a JSON Web Key Set (RFC 7517). */
  readonly keysUri: string;
  /** Where it says of itself what an OpenID provider says (OpenID Connect Discovery 1.0). */
  readonly discoveryUri: string;
  /** How many tokens it has given to those who asked. */
  given(): number;
  /** A token that lives longer, for clients that take no other. */
  lastingToken(): string;
  /** A token that has ended an hour ago. */
  endedToken(): string;
}

/** Whom the tokens are given to, and for whom they are. */
export const TOKEN_AUDIENCE = "salon";
const CLIENT = { client_id: TOKEN_AUDIENCE, client_secret: "open sesame" };
const LASTING_SECONDS = 3600;
const KEY_ID = "salon-testkit";

/** Starts the server; its tokens live for so many seconds, and it says so. */
export async function startTokenServer(settings: {
  readonly lifetimeSeconds: number;
}): Promise<TokenServer> {
  const { lifetimeSeconds } = settings;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  let given = 0;
  const keys = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: KEY_ID, use: "sig" }] };
  const answer = (form: URLSearchParams): { readonly status: number; readonly body: unknown } => {
    const isKnown = Object.entries(CLIENT).every(([name, value]) => form.get(name) === value);
    if (form.get("grant_type") !== "client_credentials" || !isKnown) {
      return {
        status: 401,
        body: { error: "invalid_client", error_description: "unknown client" },
      };
    }
    given += 1;
    const access_token = signedToken(privateKey, lifetimeSeconds);
    return {
      status: 200,
      body: { access_token, token_type: "bearer", expires_in: lifetimeSeconds },
    };
  };
  const documents = (origin: string): Readonly<Record<string, unknown>> => ({
    "/keys": keys,
    "/.well-known/openid-configuration": {
      issuer: origin,
      jwks_uri: `${origin}/keys`,
      token_endpoint: `${origin}/token`,
      // Whoever reads it may insist on these, though nobody signs in here.
      authorization_endpoint: `${origin}/authorize`,
      response_types_supported: ["code"],
    },
  });
  const server = createServer((request, response) => {
    void text(request)
      .then((body) => {
        const form = new URLSearchParams(body);
        for (const [name, value] of basicClient(request.headers.authorization))
          form.set(name, value);
        const document = documents(`http://${request.headers.host}`)[request.url ?? ""];
        return document === undefined ? answer(form) : { status: 200, body: document };
      })
      .then(({ status, body }) => {
        return response.writeHead(status).end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    uri: `${origin}/token`,
    keysUri: `${origin}/keys`,
    discoveryUri: `${origin}/.well-known/openid-configuration`,
    credential: `${CLIENT.client_id}:${CLIENT.client_secret}`,
    publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    given: () => given,
    lastingToken: () => signedToken(privateKey, LASTING_SECONDS),
    endedToken: () => signedToken(privateKey, -LASTING_SECONDS),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The client of a header, by the names that a form has for it (RFC 6749, section 2.3.1). */
function basicClient(header: string | undefined): readonly (readonly [string, string])[] {
  const encoded = /^Basic (.+)$/.exec(header ?? "")?.[1];
  if (encoded === undefined) return [];
  const parts = Buffer.from(encoded, "base64").toString().split(":");
  const [id = "", secret = ""] = parts.map((part) => decodeURIComponent(part.replaceAll("+", " ")));
  return [
    ["client_id", id],
    ["client_secret", secret],
  ];
}

function signedToken(key: KeyObject, lifetimeSeconds: number): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: "RS256", typ: "JWT", kid: KEY_ID },
    {
      sub: CLIENT.client_id,
      aud: TOKEN_AUDIENCE,
      iat: Math.min(nowSeconds, nowSeconds + lifetimeSeconds),
      exp: nowSeconds + lifetimeSeconds,
    },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const signature = createSign("RSA-SHA256").update(signed.join(".")).sign(key, "base64url");
  return [...signed, signature].join(".");
}

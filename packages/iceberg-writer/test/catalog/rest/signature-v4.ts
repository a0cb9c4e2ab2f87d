import { createHash, createHmac } from "node:crypto";

/** A signed request, as it arrives. */
export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * The `Authorization` header that a service of AWS expects, from the headers that it names as
 * signed: AWS's "Create a signed AWS API request", step by step.
 */
export function expectedAuthorization(request: SignedRequest, secretAccessKey: string): string {
  const given = request.headers.get("authorization") ?? "";
  const {
    key,
    scope = "",
    names = "",
  } = /^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)\/(?<scope>[^,]+), ?SignedHeaders=(?<names>[^,]+), ?Signature=[\da-f]{64}$/u.exec(
    given,
  )?.groups ?? {};
  const canonical = [
    request.method,
    canonicalPath(new URL(request.url).pathname),
    canonicalQuery(new URL(request.url).search),
    ...names.split(";").map((name) => `${name}:${(request.headers.get(name) ?? "").trim()}`),
    "",
    names,
    sha256(request.body),
  ].join("\n");
  const date = request.headers.get("x-amz-date") ?? "";
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const signingKey = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(signingKey, toSign).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=${key}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

/** Every service but S3 encodes the path, which is encoded already, once more. */
function canonicalPath(path: string): string {
  return path.split("/").map(strictlyEncoded).join("/");
}

function canonicalQuery(search: string): string {
  return search
    .slice(1)
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", value = ""] = pair.split("=").map(decodeURIComponent);
      return `${strictlyEncoded(name)}=${strictlyEncoded(value)}`;
    })
    .toSorted()
    .join("&");
}

/** RFC 3986: all but letters, digits and `-._~`. */
function strictlyEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

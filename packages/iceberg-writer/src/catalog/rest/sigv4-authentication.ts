import { createHash, createHmac } from "node:crypto";
import type { Hash, Hmac } from "node:crypto";

import { IcebergError } from "../../iceberg-error.ts";
import type { RestAuthentication } from "./authentication.ts";
import type { HttpRequest } from "./http-exchange.ts";
import type { SigV4Settings } from "./sigv4-settings.ts";

/** Where the key and the time of a signature come from. */
export interface SigV4Components {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Its proof is signed along; it is another header then, as with Iceberg Java. */
  readonly delegate: RestAuthentication;
}

/** Signs a request at a time. */
type Sign = (request: HttpRequest, date: Date) => Promise<HttpRequest>;

const relocatedHeader = "original-authorization";

/** Signs requests as AWS's own services ask for it (Signature Version 4). */
export function createSigV4Authentication(
  settings: SigV4Settings,
  { nowMs, delegate }: SigV4Components,
): RestAuthentication {
  let signing: Promise<Sign> | undefined;
  return {
    async prove(request, options) {
      const { headers, ...proved } = await delegate.prove(request, options);
      const { authorization, ...others } = headers;
      const relocated = authorization === undefined ? {} : { [relocatedHeader]: authorization };
      signing ??= createSign(settings);
      const sign = await signing;
      return sign({ ...proved, headers: { ...others, ...relocated } }, new Date(nowMs()));
    },
    renewAfter({ headers, ...refused }) {
      const authorization = headers[relocatedHeader] ?? "";
      return delegate.renewAfter({ ...refused, headers: { ...headers, authorization } });
    },
    [Symbol.dispose]: () => delegate[Symbol.dispose](),
  };
}

/** Loaded on first use: only catalogs of AWS need it. */
async function createSign({ region, name, credentials }: SigV4Settings): Promise<Sign> {
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const signer = new SignatureV4({
    region,
    service: name,
    credentials: credentials ?? (await defaultCredentials()),
    sha256: NodeSha256,
    applyChecksum: true,
  });
  return async (request, date) => {
    const { protocol, hostname, host, pathname, searchParams } = new URL(request.url);
    const unsigned = {
      method: request.method,
      protocol,
      hostname,
      path: pathname,
      query: Object.fromEntries(
        [...new Set(searchParams.keys())].map((key) => [key, searchParams.getAll(key)]),
      ),
      headers: { ...request.headers, host },
      ...(request.body === undefined ? {} : { body: request.body }),
    };
    try {
      const { headers } = await signer.sign(unsigned, { signingDate: date });
      // The transport sends the host by itself.
      const { host: _, ...sent } = headers;
      return { ...request, headers: sent };
    } catch (cause) {
      const told = cause instanceof Error ? cause.message : String(cause);
      throw new IcebergError("CATALOG_UNAUTHORIZED", `cannot sign a request: ${told}`, { cause });
    }
  };
}

async function defaultCredentials() {
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  return defaultProvider();
}

/** The digest that the signer asks for, by Node's own. */
class NodeSha256 {
  readonly #secret: string | Uint8Array | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined ? undefined : binaryOf(secret);
    this.#hash = this.#create();
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(binaryOf(chunk));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#create();
  }

  #create(): Hash | Hmac {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
}

function binaryOf(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === "string") return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

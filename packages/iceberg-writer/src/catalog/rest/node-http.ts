import { request as requestHttp } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

import type { AnswerHeaders } from "./etag.ts";
import type { FetchInit, FetchResponse } from "./http-exchange.ts";

const REDIRECTS_MAX = 20;
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const CONNECT_TIMEOUT_MS = 10_000;

/** The code of the error where no connection came about in time: nothing was sent then. */
export const CONNECT_TIMEOUT = "CONNECT_TIMEOUT";

/**
 * What the REST catalog uses of `fetch`, over `node:http`: Node's own one is a library for itself,
 * compiled at its first use, and a program that has an S3 client pays for `node:http` anyway.
 */
export async function fetchByNodeHttp(url: string, init: FetchInit): Promise<FetchResponse> {
  let target = new URL(url);
  let headers = init.headers;
  for (let redirects = 0; ; redirects++) {
    const response = await answerOf(target, { ...init, headers });
    const { statusCode: status = 0 } = response;
    const { location } = response.headers;
    const goesOn = init.redirect === "follow" && REDIRECT_STATUSES.has(status);
    if (!goesOn || location === undefined) {
      return { status, headers: headersOf(response), body: bodyOf(response, init) };
    }
    response.destroy();
    if (redirects === REDIRECTS_MAX) throw new Error(`${url} redirects without end`);
    const next = new URL(location, target);
    if (next.origin !== target.origin) headers = withoutSecrets(headers);
    target = next;
  }
}

/** The answer's head; its body is still to come. */
function answerOf(url: URL, init: FetchInit): Promise<IncomingMessage> {
  const { method, headers, body, signal } = init;
  const options: RequestOptions = {
    method,
    signal,
    headers: { "accept-encoding": "gzip", "user-agent": "salon", ...headers },
  };
  return unlessAborted(init, async () => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options, resolve);
    request.on("error", reject);
    request.on("socket", (socket) => {
      if (!socket.connecting) return;
      const late = Object.assign(new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`), {
        code: CONNECT_TIMEOUT,
      });
      const timer = setTimeout(() => request.destroy(late), CONNECT_TIMEOUT_MS);
      socket.once("connect", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
    });
    request.end(body);
    return promise;
  });
}

function headersOf({ headers }: IncomingMessage): AnswerHeaders {
  return { get: (name) => headers[name.toLowerCase()]?.toString() ?? null };
}

async function* bodyOf(
  response: IncomingMessage,
  { signal }: FetchInit,
): AsyncGenerator<Uint8Array, void> {
  const isGzipped = response.headers["content-encoding"]?.toLowerCase() === "gzip";
  // What goes wrong comes out of the stream that is read.
  const inflated = isGzipped ? pipeline(response, createGunzip(), () => {}) : response;
  try {
    for await (const part of inflated) yield part as Uint8Array;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Another server must not get what proves who we are. */
function withoutSecrets(headers: FetchInit["headers"]): FetchInit["headers"] {
  const isSecret = /^(?:authorization|cookie|x-amz-security-token)$/iu;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isSecret.test(name)));
}

/** Tells of an abort by its own reason, as `fetch` does. */
async function unlessAborted<T>({ signal }: FetchInit, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

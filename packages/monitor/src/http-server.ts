import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AccessGuard } from "./access.ts";
import type { EventStream } from "./event-stream.ts";
import type { ProbeResult } from "./health.ts";
import { readPageFile } from "./page-files.ts";

/** What a server answers with. */
export interface ServerContent {
  readonly status: () => unknown;
  readonly history: () => unknown;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly health: () => ProbeResult;
  readonly readiness: () => ProbeResult;
  readonly events: EventStream;
}

/** Where a server listens, and who may look. */
export interface ServerSettings {
  readonly host: string;
  /** 0 takes any; a taken one is given up for the next, {@link PORTS_TRIED} times. */
  readonly port: number;
  readonly token?: string | undefined;
}

/** A server that listens. */
export interface PageServer extends AsyncDisposable {
  readonly url: string;
}

/** How many ports are tried, as Spark does. */
const PORTS_TRIED = 16;

const HEADER_MAX_BYTES = 8 * 1024;
const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 64;
const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);
const BASE_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/**
 * Serves the page, the metrics and the probes. Errors: what `listen` of node:net rejects with,
 * `EADDRINUSE` only after every port that is tried.
 */
export async function openPageServer(
  settings: ServerSettings,
  content: ServerContent,
): Promise<PageServer> {
  const guard = new AccessGuard(settings);
  const server = createServer({
    maxHeaderSize: HEADER_MAX_BYTES,
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: REQUEST_TIMEOUT_MS,
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on("request", (request, response) => {
    respond(request, response, guard, content).catch(() => response.destroy());
  });
  await listen(server, settings);
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
  return {
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      content.events.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, { host, port }: ServerSettings): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return await listenAt(server, host, port === 0 ? 0 : port + tried - 1);
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || tried >= PORTS_TRIED || port + tried > 65_535) throw error;
    }
  }
}

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      // The page never keeps a process alive whose work is done.
      server.unref();
      resolve();
    });
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  guard: AccessGuard,
  content: ServerContent,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return send(response, 405, "this page is for reading only", { allow: "GET, HEAD" });
  }
  const url = URL.parse(request.url ?? "", "http://localhost");
  if (url === null) return send(response, 400, "this is no address");
  const { pathname } = url;
  const access = guard.check({ headers: request.headers, url, isProbe: PROBES.has(pathname) });
  if (access.kind === "denied") {
    const challenge = access.status === 401 ? { "www-authenticate": "Bearer" } : {};
    return send(response, access.status, access.message, challenge);
  }
  if (access.kind === "session") {
    return send(response, 303, "", { location: pathname, "set-cookie": access.cookie });
  }
  if (PROBES.has(pathname)) {
    const result = pathname === "/healthz" ? content.health() : content.readiness();
    return sendProbe(response, result, guard.isOpen);
  }
  await route(pathname, request.method, response, content);
}

async function route(
  pathname: string,
  method: string,
  response: ServerResponse,
  content: ServerContent,
): Promise<void> {
  switch (pathname) {
    case "/metrics": {
      const { type, text } = await content.metrics();
      return sendBody(response, 200, type, text);
    }
    case "/status.json":
      return sendJson(response, 200, content.status());
    case "/history.json":
      return sendJson(response, 200, content.history());
    case "/events":
      if (method === "HEAD") return sendBody(response, 200, "text/event-stream", "");
      if (content.events.open(response, BASE_HEADERS)) return undefined;
      return send(response, 503, "too many pages are open");
    default: {
      const file = await readPageFile(pathname);
      if (file === undefined) return send(response, 404, "there is nothing here");
      return sendBody(response, 200, file.type, file.body, { "cache-control": "no-cache" });
    }
  }
}

/** Who asks without a token gets no reason: it may name hosts. */
function sendProbe(
  response: ServerResponse,
  { isPassed, word, reason }: ProbeResult,
  isOpen: boolean,
): void {
  const told = { ok: isPassed, state: word, ...(isOpen && { reason }) };
  sendJson(response, isPassed ? 200 : 503, told);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendBody(response, status, "application/json; charset=utf-8", JSON.stringify(value));
}

function send(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendBody(response, status, "text/plain; charset=utf-8", `${message}\n`, headers);
}

/** Without a body where the request was HEAD; node sees to it. */
function sendBody(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  const length = { "content-length": Buffer.byteLength(body).toString() };
  response.writeHead(status, { ...BASE_HEADERS, "content-type": type, ...length, ...headers });
  response.end(body);
}

import { createServer, request as sendRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

/** A request as a rule sees it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query as sent: `/v1/namespaces/db/tables/ratings`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** What happens to a request that a rule is about. */
export type Fault =
  /** It never reaches the target; the client gets this answer. */
  | { readonly kind: "answer"; readonly status: number; readonly body?: string | undefined }
  /** It never reaches the target; the connection is reset. */
  | { readonly kind: "reset" }
  /** The target does what it was asked to; then the connection is reset. */
  | { readonly kind: "drop-response" }
  /** The target does what it was asked to; the client gets another answer. */
  | { readonly kind: "replace-response"; readonly status: number; readonly body?: string }
  /** The client waits for the answer until `until` is done. */
  | { readonly kind: "delay-response"; readonly until: Until }
  /** The target gets it only when `until` is done; the client waits. */
  | { readonly kind: "delay-request"; readonly until: Until }
  /**
   * The client is answered at once (reset without a status), the target gets the request only when
   * `until` is done: it lands after the retry that it caused.
   */
  | { readonly kind: "land-late"; readonly until: Until; readonly status?: number | undefined };

/** Milliseconds, or what a test resolves. */
export type Until = number | Promise<unknown>;

/** A fault and the requests that it is for. */
export interface FaultRule {
  readonly matches: (request: ProxiedRequest) => boolean;
  /** Which of the matching requests, counted from 1; all if absent. */
  readonly nth?: number | readonly number[] | undefined;
  readonly fault: Fault;
}

/** What became of a request that a rule matched, also of those that its `nth` let pass. */
export interface FaultHit {
  readonly method: string;
  readonly path: string;
  /** Whether the fault was done to it. */
  readonly isFaulted: boolean;
  /** The target's own answer; absent if the request never reached it. */
  readonly upstreamStatus: Promise<number | undefined>;
}

/** A rule in force. */
export interface ActiveRule {
  /** In the order in which they came. */
  readonly hits: readonly FaultHit[];
  /** Resolves with the first hit that was faulted. */
  readonly firstFault: Promise<FaultHit>;
  remove(): void;
}

/** An HTTP proxy in front of a catalog or a store, which fails as its rules say. */
export interface FaultProxy extends AsyncDisposable {
  /** What clients are given in place of the target's address. */
  readonly url: string;
  /** The first rule that faults a request decides; a later rule comes after the earlier. */
  addRule(rule: FaultRule): ActiveRule;
  clearRules(): void;
  /** All requests so far, faulted or not. */
  readonly requests: readonly { readonly method: string; readonly path: string }[];
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** Starts a proxy to `target`, an `http://` address. The Host header passes, so signatures hold. */
export async function startFaultProxy(settings: { readonly target: string }): Promise<FaultProxy> {
  const target = new URL(settings.target);
  const rules: RuleState[] = [];
  const requests: { method: string; path: string }[] = [];

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const request = { method, path, headers, body: await buffer(incoming) };
    requests.push({ method, path });
    const upstream = Promise.withResolvers<number | undefined>();
    const rule = rules.find((rule) => rule.take(request, upstream.promise));
    const forward = async (): Promise<Answer> => {
      const answer = await forwardRequest(target, request);
      upstream.resolve(answer.status);
      return answer;
    };
    try {
      await applyFault(rule?.fault, { response, forward });
    } catch {
      // The target is gone or was cut off: its client sees the same.
      response.destroy();
    } finally {
      upstream.resolve(undefined);
    }
  };
  const server = createServer((incoming, response) => void handle(incoming, response));
  server.on("connection", (socket) => socket.setNoDelay(true));
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    addRule(rule) {
      const state = createRuleState(rule);
      rules.push(state);
      return {
        hits: state.hits,
        firstFault: state.firstFault,
        remove: () => void rules.splice(rules.indexOf(state), 1),
      };
    },
    clearRules: () => void rules.splice(0),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface RuleState {
  readonly fault: Fault;
  readonly hits: readonly FaultHit[];
  readonly firstFault: Promise<FaultHit>;
  /** Counts a matching request; true when it is to be faulted. */
  take(request: ProxiedRequest, upstreamStatus: Promise<number | undefined>): boolean;
}

function createRuleState({ matches, nth, fault }: FaultRule): RuleState {
  const hits: FaultHit[] = [];
  const first = Promise.withResolvers<FaultHit>();
  const chosen = typeof nth === "number" ? [nth] : nth;
  return {
    fault,
    hits,
    firstFault: first.promise,
    take(request, upstreamStatus) {
      if (!matches(request)) return false;
      const isFaulted = chosen === undefined || chosen.includes(hits.length + 1);
      const hit = { method: request.method, path: request.path, isFaulted, upstreamStatus };
      hits.push(hit);
      if (isFaulted) first.resolve(hit);
      return isFaulted;
    },
  };
}

async function applyFault(
  fault: Fault | undefined,
  exchange: { readonly response: ServerResponse; readonly forward: () => Promise<Answer> },
): Promise<void> {
  const { response, forward } = exchange;
  if (fault === undefined) {
    respond(response, await forward());
    return;
  }
  switch (fault.kind) {
    case "answer":
      respondStatus(response, fault);
      return;
    case "reset":
      reset(response);
      return;
    case "drop-response":
      await forward();
      reset(response);
      return;
    case "replace-response":
      await forward();
      respondStatus(response, fault);
      return;
    case "delay-response": {
      const answer = await forward();
      await reached(fault.until);
      respond(response, answer);
      return;
    }
    case "delay-request":
      await reached(fault.until);
      respond(response, await forward());
      return;
    case "land-late":
      if (fault.status === undefined) reset(response);
      else respondStatus(response, { status: fault.status });
      await reached(fault.until);
      await forward();
      return;
    default:
      fault satisfies never;
  }
}

function forwardRequest(target: URL, request: ProxiedRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = sendRequest(
      {
        host: target.hostname,
        port: target.port,
        method: request.method,
        path: request.path,
        headers: { ...request.headers, connection: "close" },
      },
      (incoming) => {
        const { statusCode: status = 502, headers } = incoming;
        buffer(incoming).then((body) => resolve({ status, headers, body }), reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(request.body);
  });
}

/** The body is whole by now, so the hop's own headers go and its length is told anew. */
function respond(response: ServerResponse, { status, headers, body }: Answer): void {
  const passed = { ...headers };
  delete passed.connection;
  delete passed["transfer-encoding"];
  response.writeHead(status, passed);
  response.end(body);
}

function respondStatus(
  response: ServerResponse,
  { status, body = "" }: { readonly status: number; readonly body?: string | undefined },
): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body);
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

async function reached(until: Until): Promise<void> {
  if (typeof until === "number") await sleep(until);
  else await until;
}

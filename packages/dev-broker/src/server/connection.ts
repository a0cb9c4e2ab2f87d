import { once } from "node:events";
import type { Socket } from "node:net";
import {
  decodeRequestFrame,
  encodeResponseFrame,
  ERROR_CODES,
  FrameSplitter,
  type RequestFrame,
} from "@salon/kafka-protocol";
import type { Broker } from "../broker.ts";
import { HANDLERS } from "../handlers/all-handlers.ts";
import type { Handler } from "../handlers/handler.ts";
import type { Fault, Faults } from "./faults.ts";

/** Kafka's `socket.request.max.bytes`. */
const REQUEST_BYTES_MAX = 104_857_600;
/** Requests that wait for their turn before the client's bytes have to. */
const WAITING_REQUESTS_MAX = 16;
const API_VERSIONS = 18;
/** The version whose answer every client can read. */
const FIRST_VERSION = 0;

/**
 * Serves one client until it goes: requests are applied and answered one after the other, in the
 * order in which they came. What cannot be read ends the connection, as it does with Kafka.
 */
export function serveConnection(socket: Socket, broker: Broker, faults: Faults): void {
  const splitter = new FrameSplitter(REQUEST_BYTES_MAX);
  const closed = new AbortController();
  const clientHost = `/${socket.remoteAddress ?? ""}`;
  let turn = Promise.resolve();
  let waiting = 0;
  const endConnection = (): void => void socket.destroy();

  const serve = async (frame: Buffer): Promise<void> => {
    if (socket.destroyed) return;
    const request = decodeRequestFrame(frame, isFlexibleRequest);
    const answer = await respond(request);
    if (answer === undefined || socket.destroyed) return;
    // Who does not read its answers is given no further ones to hold.
    if (!socket.write(answer)) await once(socket, "drain", { signal: closed.signal });
  };

  const take = (frame: Buffer): void => {
    waiting++;
    if (waiting >= WAITING_REQUESTS_MAX) socket.pause();
    turn = turn
      .then(() => serve(frame))
      .catch(() => void socket.destroy())
      .finally(() => {
        waiting--;
        if (waiting < WAITING_REQUESTS_MAX) socket.resume();
      });
  };

  const respond = async ({ header, body }: RequestFrame): Promise<Buffer | undefined> => {
    const { apiKey, apiVersion: version, correlationId, clientId = "" } = header;
    const handler = HANDLERS.get(apiKey);
    if (handler === undefined) throw new RangeError(`API key ${apiKey} is unknown`);
    if (version < handler.minVersion || version > handler.maxVersion) {
      if (apiKey !== API_VERSIONS) throw new RangeError(`${handler.name} has no ${version}`);
      const refusal = handler.refuse(
        Buffer.alloc(0),
        FIRST_VERSION,
        ERROR_CODES.UNSUPPORTED_VERSION,
      );
      return refusal && encodeResponseFrame(correlationId, false, refusal);
    }
    const context = { broker, version, clientId, clientHost, signal: closed.signal, endConnection };
    const refuse = (errorCode: number): Buffer | undefined => {
      const refusal = handler.refuse(body, version, errorCode);
      if (refusal === undefined) endConnection();
      return refusal;
    };
    const fault = faults.meet(handler.name, clientId);
    const answer = await withFault(fault, {
      async apply() {
        try {
          return await handler.answer(body, context);
        } catch (error) {
          // Malformed bytes end the connection; what went wrong here is told as Kafka tells it.
          if (error instanceof RangeError) throw error;
          return refuse(ERROR_CODES.UNKNOWN_SERVER_ERROR);
        }
      },
      refuse,
      drop: endConnection,
      wait: (waitMs) => new Promise((resolve) => broker.timers.start(resolve, waitMs)),
    });
    return (
      answer && encodeResponseFrame(correlationId, hasFlexibleHeader(handler, version), answer)
    );
  };

  socket.setNoDelay(true);
  socket.on("data", (bytes) => {
    try {
      for (const frame of splitter.push(bytes)) take(frame);
    } catch {
      socket.destroy();
    }
  });
  socket.on("error", () => void socket.destroy());
  socket.on("close", () => closed.abort());
}

function isFlexibleRequest(apiKey: number, version: number): boolean {
  return HANDLERS.get(apiKey)?.isFlexible(version) ?? false;
}

/** ApiVersions is answered before a client knows which headers it may expect (KIP-511). */
function hasFlexibleHeader(handler: Handler, version: number): boolean {
  return handler.key !== API_VERSIONS && handler.isFlexible(version);
}

interface Serving {
  readonly apply: () => Promise<Buffer | undefined>;
  readonly refuse: (errorCode: number) => Buffer | undefined;
  readonly drop: () => void;
  readonly wait: (waitMs: number) => Promise<void>;
}

async function withFault(fault: Fault | undefined, serving: Serving): Promise<Buffer | undefined> {
  switch (fault?.kind) {
    case undefined:
      return serving.apply();
    case "error":
      return serving.refuse(ERROR_CODES[fault.error]);
    case "delay":
      await serving.wait(fault.delayMs);
      return serving.apply();
    case "drop":
      if (fault.when === "after") await serving.apply();
      serving.drop();
      return undefined;
    default:
      return fault satisfies undefined;
  }
}

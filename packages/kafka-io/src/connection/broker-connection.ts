import type { Socket } from "node:net";
import { type Api, decodeResponseFrame, encodeRequestFrame } from "@salon/kafka-protocol";
import { ConnectionError } from "../broker/broker-error.ts";
import { readAnswer } from "../broker/read-answer.ts";
import type { TlsOptions } from "../broker/tls-options.ts";
import { tlsReason } from "../broker/tls-reason.ts";
import type { BrokerAddress } from "../port/connection-settings.ts";
import { startSocket } from "./start-socket.ts";
import { ResponseReader } from "./response-reader.ts";

/** More than any broker lets a fetch have; what says more does not speak Kafka's protocol. */
const RESPONSE_BYTES_MAX = 512 * 1024 * 1024;

/** ApiVersions is asked before versions are known: its response has the oldest header (KIP-511). */
const API_VERSIONS_KEY = 18;

/** How a connection is made. */
export interface ConnectionOptions {
  readonly clientId: string;
  readonly tls: TlsOptions | undefined;
  readonly hasClientCertificate: boolean;
}

/** A request that waits for its response. */
interface Pending {
  readonly correlationId: number;
  readonly hasTaggedHeader: boolean;
  readonly timer: NodeJS.Timeout;
  resolve(body: Buffer): void;
  reject(error: unknown): void;
}

/**
 * One connection to a broker. Requests may follow each other without waiting; the broker answers
 * them in their order. Whatever goes wrong ends the connection, and fails all that is under way.
 */
export class BrokerConnection {
  readonly #address: BrokerAddress;
  readonly #clientId: string;
  readonly #socket: Socket;
  readonly #readyEvent: string;
  readonly #reader: ResponseReader = new ResponseReader(RESPONSE_BYTES_MAX);
  readonly #pending: Pending[] = [];
  #failure: ConnectionError | undefined;
  #isRetired = false;
  #correlationId = 0;

  /** Begins to connect; an aborted `signal` ends it, now and later. */
  constructor(
    address: BrokerAddress,
    { clientId, tls, hasClientCertificate }: ConnectionOptions,
    signal: AbortSignal,
  ) {
    this.#address = address;
    this.#clientId = clientId;
    this.#readyEvent = tls === undefined ? "connect" : "secureConnect";
    const reader = this.#reader;
    this.#socket = startSocket(address, tls, {
      room: () => reader.room(),
      onFilled: (size) => this.#take(() => reader.take(size)),
      onBytes: (bytes) => this.#take(() => reader.push(bytes)),
    });
    this.#socket.once("error", (error) => {
      const code = codeOf(error);
      this.#fail(tlsReason(error, code, hasClientCertificate), { code, cause: error });
    });
    this.#socket.once("close", () => this.#fail("it closed the connection"));
    const close = (): void => this.close();
    signal.addEventListener("abort", close, { once: true });
    this.#socket.once("close", () => signal.removeEventListener("abort", close));
    if (signal.aborted) close();
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Waits until requests can be sent.
   *
   * @throws ConnectionError
   */
  async ready(timeoutMs: number): Promise<void> {
    const reason = `no connection within ${timeoutMs / 1000} s`;
    const timer = setTimeout(() => this.#fail(reason), timeoutMs);
    await new Promise<void>((resolve, reject) => {
      this.#socket.once(this.#readyEvent, resolve);
      // It has failed before it is closed.
      this.#socket.once("close", () => reject(this.#failure));
    }).finally(() => clearTimeout(timer));
  }

  /**
   * Sends a request in the given version.
   *
   * @throws ConnectionError; KafkaIoError `KAFKA_REQUEST_FAILED` for an unreadable answer.
   */
  async send<Request, Response>(
    api: Api<Request, Response>,
    version: number,
    request: Request,
    timeoutMs: number,
  ): Promise<Response> {
    const body = await this.exchange(api, version, api.encodeRequest(version, request), timeoutMs);
    return readAnswer(api, version, body, this.#address);
  }

  /** As {@link send}, bytes for bytes. */
  exchange(
    api: Pick<Api<unknown, unknown>, "key" | "name" | "isFlexible">,
    version: number,
    body: Buffer,
    timeoutMs: number,
  ): Promise<Buffer> {
    if (this.#failure !== undefined) throw this.#failure;
    const correlationId = this.#correlationId;
    this.#correlationId = (correlationId + 1) & 0x7fff_ffff;
    const isFlexible = api.isFlexible(version);
    const header = {
      apiKey: api.key,
      apiVersion: version,
      correlationId,
      clientId: this.#clientId,
    };
    this.#socket.write(encodeRequestFrame(header, isFlexible, body));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(`${api.name} was not answered within ${timeoutMs / 1000} s`);
      }, timeoutMs);
      const hasTaggedHeader = isFlexible && api.key !== API_VERSIONS_KEY;
      this.#pending.push({ correlationId, hasTaggedHeader, timer, resolve, reject });
    });
  }

  /** Ends it at once. */
  close(): void {
    this.#fail("the connection is being closed");
  }

  /** Ends it when all that is under way is answered. Nothing may be sent any more. */
  retire(): void {
    this.#isRetired = true;
    if (this.#pending.length === 0) this.close();
  }

  #take(read: () => readonly Buffer[]): void {
    try {
      for (const frame of read()) this.#answer(frame);
      if (this.#isRetired) this.retire();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#fail(`it does not answer in Kafka's protocol: ${error.message}`, { cause: error });
    }
  }

  #answer(frame: Buffer): void {
    const pending = this.#pending.shift();
    if (pending === undefined) throw new RangeError("an answer to no request");
    clearTimeout(pending.timer);
    try {
      const { correlationId, body } = decodeResponseFrame(frame, pending.hasTaggedHeader);
      if (correlationId !== pending.correlationId) {
        throw new RangeError(`answer ${correlationId} to request ${pending.correlationId}`);
      }
      pending.resolve(body);
    } catch (error) {
      // It fails with the others.
      this.#pending.unshift(pending);
      throw error;
    }
  }

  #fail(reason: string, options: { readonly code?: string; readonly cause?: unknown } = {}): void {
    if (this.#failure !== undefined) return;
    const failure = new ConnectionError(this.#address, reason, options);
    this.#failure = failure;
    this.#socket.destroy();
    for (const pending of this.#pending.splice(0)) {
      clearTimeout(pending.timer);
      pending.reject(failure);
    }
  }
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

import type { ServerResponse } from "node:http";

const CLIENTS_MAX = 16;
/** A client that has so much left to take is too slow, and connects anew. */
const BACKLOG_MAX_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 15_000;

/** Server-sent events for the pages that are open. */
export class EventStream {
  readonly #clients = new Set<ServerResponse>();
  readonly #pushMs: number;
  readonly #push: () => void;
  #timers: readonly NodeJS.Timeout[] = [];

  /** `push` is called every `pushMs` while somebody listens. */
  constructor(pushMs: number, push: () => void) {
    this.#pushMs = pushMs;
    this.#push = push;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** Answers a request with the stream; false where too many listen already. */
  open(response: ServerResponse, headers: Readonly<Record<string, string>>): boolean {
    if (this.#clients.size >= CLIENTS_MAX) return false;
    response.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
    response.write("retry: 2000\n\n");
    this.#clients.add(response);
    response.on("close", () => this.#forget(response));
    if (this.#timers.length === 0) {
      const beat = (): void => this.#write(": still here\n\n");
      this.#timers = [setInterval(this.#push, this.#pushMs), setInterval(beat, HEARTBEAT_MS)];
      for (const timer of this.#timers) timer.unref();
    }
    this.#push();
    return true;
  }

  /** Sends an event to every client. */
  send(event: string, data: unknown): void {
    if (this.#clients.size === 0) return;
    this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Ends every stream; nothing is written to them any more. */
  close(): void {
    for (const client of this.#clients) {
      client.end();
      this.#forget(client);
    }
  }

  #write(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > BACKLOG_MAX_BYTES) client.destroy();
      else client.write(text);
    }
  }

  #forget(client: ServerResponse): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
  }
}

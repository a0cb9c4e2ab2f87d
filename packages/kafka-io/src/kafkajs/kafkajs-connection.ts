import type { Socket } from "node:net";
import { SESSION_SHARE } from "../broker/broker-link.ts";

/** The part of a connection of kafkajs's that this package looks into. */
export interface KafkajsConnection {
  readonly socket: Socket | undefined;
  /** What was received of the next response. */
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  /** By `process.hrtime`; null where it is not. */
  readonly authenticatedAt: [number, number] | null;
  /** In milliseconds; 0: as long as the connection. */
  readonly sessionLifetime: { toNumber(): number };
  isConnected(): boolean;
  connect(): Promise<unknown>;
  readonly requestQueue: { pending: unknown[]; scheduleCheckPendingRequests(): void };
  rejectRequests(error: Error): void;
}

/** A response begins with its size (Kafka protocol: Size-delimited messages). */
const RESPONSE_SIZE_BYTES = 4;

/** Whether what a connection has authenticated for ends soon (KIP-368). */
export function isSessionStale(connection: KafkajsConnection): boolean {
  const { authenticatedAt, sessionLifetime } = connection;
  const lifetimeMs = sessionLifetime.toNumber();
  if (authenticatedAt === null || lifetimeMs === 0) return false;
  const [seconds, nanoseconds] = process.hrtime(authenticatedAt);
  return seconds * 1000 + nanoseconds / 1e6 >= lifetimeMs * SESSION_SHARE;
}

/** Mends what a connection of kafkajs's does wrong when it breaks, or has nothing to do. */
export function adjustConnection(connection: KafkajsConnection): void {
  const { requestQueue } = connection;
  const schedule = requestQueue.scheduleCheckPendingRequests.bind(requestQueue);
  // With nothing pending kafkajs still sets a timer, for a negative time, of which Node warns.
  requestQueue.scheduleCheckPendingRequests = () => {
    if (requestQueue.pending.length > 0) schedule();
  };

  const connect = connection.connect.bind(connection);
  let connecting: Promise<unknown> | undefined;
  connection.connect = () => {
    if (connection.isConnected()) return connect();
    // Two requests at once would open a socket each, and the answers of both would be mixed.
    connecting ??= connectAnew(connection, connect).finally(() => {
      connecting = undefined;
    });
    return connecting;
  };
}

/**
 * kafkajs keeps what it had of a response when a connection broke, and would read on from there.
 */
function connectAnew(
  connection: KafkajsConnection,
  connect: () => Promise<unknown>,
): Promise<unknown> {
  connection.chunks = [];
  connection.bytesBuffered = 0;
  connection.bytesNeeded = RESPONSE_SIZE_BYTES;
  return connect();
}

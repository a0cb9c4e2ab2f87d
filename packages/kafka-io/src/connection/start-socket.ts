import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TlsOptions } from "../broker/tls-options.ts";
import type { BrokerAddress } from "../port/connection-settings.ts";

/** How long a connection is silent before the system asks whether the other side is still there. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 60_000, noDelay: true } as const;

/** What becomes of the bytes that come. */
export interface IncomingBytes {
  /** Where the next read may put some; asked before each. */
  room(): Uint8Array;
  /** So many were put where `room` said last. */
  onFilled(size: number): void;
  /** These came elsewhere, and may be overwritten after the call. */
  onBytes(bytes: Uint8Array): void;
}

/** Begins to connect to a broker, with TLS where it is given. */
export function startSocket(
  { host, port }: BrokerAddress,
  tls: TlsOptions | undefined,
  incoming: IncomingBytes,
): Socket {
  if (tls !== undefined) {
    // The name to be certified; no address may stand for one (RFC 6066, section 3).
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = connectTls({ host, port, ...servername, ...tls });
    socket.setKeepAlive(KEEP_ALIVE.keepAlive, KEEP_ALIVE.keepAliveInitialDelay);
    socket.setNoDelay(KEEP_ALIVE.noDelay);
    return socket.on("data", (bytes: Buffer) => incoming.onBytes(bytes));
  }
  const onread = {
    buffer: () => incoming.room(),
    callback(size: number): boolean {
      incoming.onFilled(size);
      return true;
    },
  };
  return connect({ host, port, ...KEEP_ALIVE, onread });
}

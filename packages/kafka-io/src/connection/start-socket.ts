import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TlsOptions } from "../broker/tls-options.ts";
import type { BrokerAddress } from "../port/connection-settings.ts";

/** How long a connection is silent before the system asks whether the other side is still there. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 60_000, noDelay: true } as const;
/** One read of the system's; larger ones leave the processor's cache and are slower. */
const READ_BYTES = 64 * 1024;

/**
 * Begins to connect to a broker, with TLS where it is given. The bytes that come may be overwritten
 * after the call.
 */
export function startSocket(
  { host, port }: BrokerAddress,
  tls: TlsOptions | undefined,
  onBytes: (bytes: Uint8Array) => void,
): Socket {
  if (tls !== undefined) {
    // The name to be certified; no address may stand for one (RFC 6066, section 3).
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = connectTls({ host, port, ...servername, ...tls });
    socket.setKeepAlive(KEEP_ALIVE.keepAlive, KEEP_ALIVE.keepAliveInitialDelay);
    socket.setNoDelay(KEEP_ALIVE.noDelay);
    return socket.on("data", onBytes);
  }
  // Always the same buffer: none is made, and none is thrown away, for each read.
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const onread = {
    buffer,
    callback(size: number): boolean {
      onBytes(buffer.subarray(0, size));
      return true;
    },
  };
  return connect({ host, port, ...KEEP_ALIVE, onread });
}

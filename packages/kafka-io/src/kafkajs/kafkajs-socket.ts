import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";

/** How long a connection is silent before the system asks whether the other side is still there. */
const KEEP_ALIVE_DELAY_MS = 60_000;

/** What kafkajs asks its socket factory for. */
export interface KafkajsSocketOptions {
  readonly host: string;
  readonly port: number;
  /** kafkajs says null where there is no TLS. */
  readonly ssl: ConnectionOptions | null;
  readonly onConnect: () => void;
}

/** Opens a connection for kafkajs, with TLS unless `ssl` is null. */
export function createKafkajsSocket(options: KafkajsSocketOptions): Socket {
  const { host, port, ssl, onConnect } = options;
  const address = { host, port };
  const socket =
    ssl === null
      ? connect(address, onConnect)
      : // The name to be certified; no address may stand for one (RFC 6066, section 3).
        connectTls(
          { ...address, ...(isIP(host) === 0 && { servername: host }), ...ssl },
          onConnect,
        );
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  // kafkajs calls unref on a dead socket at every failed attempt, and Node would wait for that
  // socket to connect, with one more listener each time.
  socket.once("close", () => {
    socket.unref = () => socket;
  });
  return socket;
}

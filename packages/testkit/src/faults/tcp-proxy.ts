import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** Bytes between clients and one address, which a test can hold up or cut. */
export interface TcpProxy extends AsyncDisposable {
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  /** Connections that are open now. */
  connectionCount(): number;
  /** Nothing passes any more in either direction; connections stay open, new ones are taken. */
  pause(): void;
  /** What was held up passes, and what comes then. */
  resume(): void;
  /** Resets all connections that are open now. */
  cut(): void;
  /** Resets connections as they are made, until {@link accept}. Open ones stay. */
  refuse(): void;
  accept(): void;
}

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** Starts a proxy to `target`, which need not listen yet. */
export async function startTcpProxy(settings: {
  readonly target: { readonly host: string; readonly port: number };
}): Promise<TcpProxy> {
  const links = new Set<Link>();
  let isPaused = false;
  let isRefusing = false;

  const server = createServer((client) => {
    if (isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(settings.target);
    const link = { client, upstream };
    links.add(link);
    const end = (): void => {
      links.delete(link);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      // An error is followed by `close`, which ends the other side too.
      socket.on("error", () => undefined);
      socket.on("close", end);
    }
    if (!isPaused) flow(link);
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  const { port } = server.address() as AddressInfo;

  const cut = (): void => {
    for (const { client, upstream } of links) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  };
  return {
    port,
    connectionCount: () => links.size,
    pause() {
      isPaused = true;
      for (const { client, upstream } of links) {
        client.unpipe(upstream).pause();
        upstream.unpipe(client).pause();
      }
    },
    resume() {
      isPaused = false;
      for (const link of links) flow(link);
    },
    cut,
    refuse: () => void (isRefusing = true),
    accept: () => void (isRefusing = false),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

function flow({ client, upstream }: Link): void {
  client.pipe(upstream);
  upstream.pipe(client);
}

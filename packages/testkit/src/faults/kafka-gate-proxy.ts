import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A request that is held up between a Kafka client and its broker. */
export interface KafkaHold {
  /** Resolves when the request has come and the broker has not seen it. */
  readonly reached: Promise<void>;
  /** Lets it pass, or takes the hold back if no request came. */
  release(): void;
}

/** A proxy in front of the brokers of a cluster that reads the API key of every request. */
export interface KafkaGateProxy extends AsyncDisposable {
  /** Where it listens on 127.0.0.1, a port for each broker. */
  readonly ports: readonly number[];
  /** Holds up the `nth` request of an API key, to any broker, from now on, from 1, once. */
  holdRequest(hold: { readonly apiKey: number; readonly nth?: number | undefined }): KafkaHold;
}

interface HoldState {
  readonly apiKey: number;
  remaining: number;
  readonly reached: PromiseWithResolvers<void>;
  readonly released: PromiseWithResolvers<void>;
}

/** A request starts with its length (4 bytes), then its API key (2 bytes). */
const LENGTH_BYTES = 4;

/** Starts a proxy to plaintext listeners, one of each broker, which need not listen yet. */
export async function startKafkaGateProxy(settings: {
  readonly targets: readonly { readonly host: string; readonly port: number }[];
}): Promise<KafkaGateProxy> {
  const holds = new Set<HoldState>();
  const sockets = new Set<Socket>();

  const passes = async (apiKey: number): Promise<void> => {
    for (const hold of holds) {
      if (hold.apiKey !== apiKey || --hold.remaining > 0) continue;
      holds.delete(hold);
      hold.reached.resolve();
      await hold.released.promise;
      return;
    }
  };
  const listen = async (target: { readonly host: string; readonly port: number }) => {
    const server = createServer((client) => {
      const upstream = connect(target);
      const end = (): void => {
        client.destroy();
        upstream.destroy();
      };
      for (const socket of [client, upstream]) {
        sockets.add(socket);
        socket.setNoDelay(true);
        // An error is followed by `close`, which ends the other side too.
        socket.on("error", () => undefined);
        socket.on("close", () => {
          sockets.delete(socket);
          end();
        });
      }
      upstream.pipe(client);
      // A client that is killed resets its connection, which ends the loop over it.
      forwardRequests(client, upstream, passes).then(end, end);
    });
    await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
    return server;
  };
  const servers = await Promise.all(settings.targets.map(listen));

  return {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    holdRequest({ apiKey, nth = 1 }) {
      const hold: HoldState = {
        apiKey,
        remaining: nth,
        reached: Promise.withResolvers<void>(),
        released: Promise.withResolvers<void>(),
      };
      holds.add(hold);
      return {
        reached: hold.reached.promise,
        release() {
          holds.delete(hold);
          hold.released.resolve();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      for (const hold of holds) hold.released.resolve();
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

/** Passes whole requests on, each when `passes` is done with its API key. */
async function forwardRequests(
  client: Socket,
  upstream: Socket,
  passes: (apiKey: number) => Promise<void>,
): Promise<void> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of client as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.length < LENGTH_BYTES ? NaN : LENGTH_BYTES + pending.readInt32BE(0);
      if (!(pending.length >= end)) break;
      const request = pending.subarray(0, end);
      pending = pending.subarray(end);
      await passes(request.readInt16BE(LENGTH_BYTES));
      upstream.write(request);
    }
  }
}

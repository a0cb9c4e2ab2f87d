import { createServer } from "node:net";

/** Below the range from which the system takes ports of outgoing connections. */
const PORT_MIN = 20_000;
const PORT_COUNT = 12_000;
const ATTEMPTS_MAX = 100;
const given = new Set<number>();

/** A port of 127.0.0.1 on which nobody listens; never the same twice in one process. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = PORT_MIN + Math.floor(Math.random() * PORT_COUNT);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port of 127.0.0.1 found in ${ATTEMPTS_MAX} attempts`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1" }, () => server.close(() => resolve(true)));
  });
}

import { createServer } from "node:net";

/** Below the range from which the system takes ports of outgoing connections. */
const PORT_MIN = 20_000;
/** Ports of the test files that one worker runs, and of what serves them all. */
const LANE_PORTS = 1_500;
const LANES = 8;
const ATTEMPTS_MAX = 100;
const given = new Set<number>();

/**
 * A port of 127.0.0.1 on which nobody listens; never the same twice in one process. Test files that
 * run at the same time are given others: nobody listens at the port of a broker that was killed,
 * and it is still that broker's.
 */
export async function freePort(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  const lane = Number(env["VITEST_POOL_ID"] ?? 0) % LANES;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = PORT_MIN + lane * LANE_PORTS + Math.floor(Math.random() * LANE_PORTS);
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

import { chown, cp } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { installPostgres } from "../install/postgres-binaries.ts";
import { freePort } from "../process/free-port.ts";
import { runProcess, startProcess, waitUntilReady } from "../process/managed-process.ts";
import { createWorkDirectory } from "../process/work-directory.ts";

/** A running PostgreSQL on 127.0.0.1, whose user `salon` needs no password. */
export interface PostgresService extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `postgresql://salon@127.0.0.1:<port>/postgres`. */
  readonly uri: string;
}

/** PostgreSQL refuses to run as root: then it is `nobody`. */
const NOBODY = 65_534;
const AS_NOBODY = [
  "setpriv",
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  "--clear-groups",
  "--pdeathsig=KILL",
  "--",
];

/**
 * Starts PostgreSQL; resolves when it takes connections.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startPostgres(): Promise<PostgresService> {
  const installed = await installPostgres();
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("postgres"));
  const isRoot = process.getuid?.() === 0;
  // Another user cannot reach the cache of this one.
  const programs = isRoot ? join(directory.path, "programs") : installed;
  if (isRoot) {
    await cp(installed, programs, { recursive: true, verbatimSymlinks: true });
    await chown(directory.path, NOBODY, NOBODY);
  }
  const data = join(directory.path, "data");
  const commandOf = (
    program: string,
    ...args: readonly string[]
  ): { command: string; args: readonly string[]; name: string; cwd: string } => {
    const [command = "", ...rest] = [
      ...(isRoot ? AS_NOBODY : []),
      join(programs, "bin", program),
      ...args,
    ];
    return { command, args: rest, name: program, cwd: directory.path };
  };
  const encoding = ["--encoding=UTF8", "--locale=C", "--no-sync"];
  await runProcess(commandOf("initdb", `--pgdata=${data}`, "--username=salon", ...encoding));
  const host = "127.0.0.1";
  const port = await freePort();
  const settings = [`--port=${port}`, `--listen_addresses=${host}`, "--fsync=off"];
  const server = resources.use(
    await startProcess(
      commandOf("postgres", "-D", data, ...settings, "--unix_socket_directories="),
    ),
  );
  await waitUntilReady(server, async () => {
    const isListening = await canConnect(host, port);
    return isListening && /ready to accept connections/.test(server.stderr());
  });
  const owned = resources.move();
  return {
    host,
    port,
    uri: `postgresql://salon@${host}:${port}/postgres`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

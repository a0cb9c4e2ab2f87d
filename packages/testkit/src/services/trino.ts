import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installJava } from "../install/java.ts";
import { installTrino } from "../install/trino-server.ts";
import { freePort } from "../process/free-port.ts";
import { startProcess } from "../process/managed-process.ts";
import { createWorkDirectory } from "../process/work-directory.ts";

/** Which catalogs a Trino has. */
export interface TrinoSettings {
  /** The properties of each catalog by its name. */
  readonly catalogs: Readonly<Record<string, string>>;
  /** What the properties name as `${ENV:…}`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A running Trino on 127.0.0.1, its own and only worker. */
export interface TrinoService extends AsyncDisposable {
  /** The rows of a statement; what it fails with is thrown as Trino tells it. */
  query(statement: string): Promise<readonly (readonly unknown[])[]>;
}

const NODES_MAX_MS = 30_000;
/** Of Trino's StandardErrorCode. */
const NO_NODES = "NO_NODES_AVAILABLE";
const START_MAX_MS = 180_000;
const JVM = [
  "-Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
  "-Djdk.attach.allowAttachSelf=true --sun-misc-unsafe-memory-access=allow",
].flatMap((line) => line.split(" "));

/**
 * Starts Trino; resolves when it serves statements.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startTrino({ catalogs, env }: TrinoSettings): Promise<TrinoService> {
  const java = await installJava(25);
  const { jars, plugins } = await installTrino();
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("trino"));
  const catalogDirectory = join(directory.path, "catalog");
  await mkdir(catalogDirectory);
  for (const [name, properties] of Object.entries(catalogs)) {
    await writeFile(join(catalogDirectory, `${name}.properties`), properties);
  }
  const url = `http://127.0.0.1:${await freePort()}`;
  const configuration = join(directory.path, "config.properties");
  await writeFile(configuration, configurationOf(url));
  const node = {
    config: configuration,
    "node.environment": "test",
    "node.id": "one",
    "node.internal-address": "127.0.0.1",
    "node.bind-ip": "127.0.0.1",
    "node.data-dir": join(directory.path, "data"),
    "plugin.dir": plugins,
    "catalog.config-dir": catalogDirectory,
  };
  const settings = Object.entries(node).map(([name, value]) => `-D${name}=${value}`);
  const child = resources.use(
    await startProcess({
      command: java,
      args: [...JVM, ...settings, "-cp", join(jars, "*"), "io.trino.server.TrinoServer"],
      cwd: directory.path,
      env,
      name: "Trino",
    }),
  );
  await child.waitForLine(/SERVER STARTED/, { timeoutMs: START_MAX_MS });
  const owned = resources.move();
  return {
    query: (statement) => runWithNodes(url, statement),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function configurationOf(url: string): string {
  return `
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port=${new URL(url).port}
discovery.uri=${url}
query.max-memory=256MB
query.max-memory-per-node=128MB
memory.heap-headroom-per-node=64MB
`;
}

/** A page of results, as Trino's client protocol has it. */
interface ResultPage {
  readonly nextUri?: string;
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly message: string; readonly errorName: string };
}

/** Trino serves statements some seconds before it knows itself as a worker of its catalogs. */
async function runWithNodes(
  url: string,
  statement: string,
): Promise<readonly (readonly unknown[])[]> {
  const deadlineMs = performance.now() + NODES_MAX_MS;
  for (;;) {
    try {
      return await runStatement(url, statement);
    } catch (error) {
      const isEarly = error instanceof Error && error.cause === NO_NODES;
      if (!isEarly || performance.now() > deadlineMs) throw error;
      await sleep(200);
    }
  }
}

async function runStatement(
  url: string,
  statement: string,
): Promise<readonly (readonly unknown[])[]> {
  const rows: (readonly unknown[])[] = [];
  const headers = { "x-trino-user": "test" };
  let answer = await fetch(`${url}/v1/statement`, { method: "POST", headers, body: statement });
  for (;;) {
    const page = (await answer.json()) as ResultPage;
    if (page.error !== undefined) {
      const { message, errorName } = page.error;
      throw new Error(`${statement}: ${message}`, { cause: errorName });
    }
    rows.push(...(page.data ?? []));
    if (page.nextUri === undefined) return rows;
    answer = await fetch(page.nextUri, { headers });
  }
}

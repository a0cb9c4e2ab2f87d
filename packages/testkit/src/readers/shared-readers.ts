import { createServer, request as sendRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { noteUseOf } from "../process/kept-logs.ts";
import { createWorkDirectory } from "../process/work-directory.ts";
import { TestkitError } from "../testkit-error.ts";
import { createReader, engineScript, startEngine } from "./foreign-reader.ts";
import type { Engine, Readers } from "./foreign-reader.ts";
import type { PythonService } from "./python-service.ts";

type Environment = Record<string, string | undefined>;

interface SharedAnswer {
  readonly result?: unknown;
  readonly error?: string;
}

interface SharedRequest {
  readonly engine: Engine;
  readonly operation: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const URL_VARIABLE = "SALON_TEST_READERS";

/**
 * Serves the engines to all test files of a run, each started when it is asked for first, and names
 * itself in `env`. Disposal ends them.
 */
export async function startSharedReaders(env: Environment = process.env): Promise<AsyncDisposable> {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("readers"));
  const started = new Map<Engine, Promise<PythonService>>();
  resources.defer(async () => {
    for (const engine of started.values()) {
      // One that could not be started has told the test that asked for it.
      const service = await engine.catch(() => undefined);
      await service?.[Symbol.asyncDispose]();
    }
  });
  const serviceOf = (engine: Engine): Promise<PythonService> => {
    const running = started.get(engine) ?? startEngine(engine, directory.path);
    started.set(engine, running);
    return running;
  };
  const answer = async (request: IncomingMessage): Promise<SharedAnswer> => {
    if (request.method === "GET") return { result: directory.path };
    try {
      const { engine, operation, args } = (await json(request)) as SharedRequest;
      return { result: await (await serviceOf(engine)).request(operation, args) };
    } catch (error) {
      return { error: (error as Error).message };
    }
  };
  const server = createServer((request, response) => {
    void answer(request).then((body) => response.end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  resources.defer(() => {
    server.closeAllConnections();
    server.close();
    delete env[URL_VARIABLE];
  });
  env[URL_VARIABLE] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return resources.move();
}

/**
 * An engine of this run. Its disposal leaves the engine running for the next test file.
 *
 * Errors: `SERVICE_NOT_RUNNING`.
 */
export async function useSharedReader<E extends Engine>(
  engine: E,
  env: Environment = process.env,
): Promise<Readers[E]> {
  const url = env[URL_VARIABLE];
  if (url === undefined) {
    throw new TestkitError(
      "SERVICE_NOT_RUNNING",
      `${URL_VARIABLE} is not set: run the test with \`npm run test:interop\``,
    );
  }
  noteUseOf(engineScript(engine));
  const { result: directory } = await ask(url);
  return createReader(engine, {
    directory: String(directory),
    owned: new AsyncDisposableStack(),
    async request(operation, args) {
      const answer = await ask(url, { engine, operation, args });
      if (answer.error === undefined) return answer.result;
      throw new TestkitError("REQUEST_FAILED", answer.error, { context: { operation, args } });
    },
  });
}

/**
 * On a connection of its own, without a time limit: the answer to the first may wait for a
 * download.
 */
function ask(url: string, body?: SharedRequest): Promise<SharedAnswer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const outgoing = sendRequest(url, { method, agent: false }, (response) => {
      (json(response) as Promise<SharedAnswer>).then(resolve, reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

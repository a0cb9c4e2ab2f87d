import { join } from "node:path";
import { installPrometheus } from "../install/prometheus.ts";
import { freePort } from "../process/free-port.ts";
import { startProcess, waitUntilReady } from "../process/managed-process.ts";
import { createWorkDirectory } from "../process/work-directory.ts";
import { answersOk } from "./minio.ts";

/** A value of an instant query, with its labels. */
export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An alert as the server evaluates it. */
export interface PrometheusRule {
  readonly name: string;
  /** `ok` once it was evaluated without an error. */
  readonly health: string;
  readonly state: "inactive" | "pending" | "firing";
}

/** A running Prometheus on 127.0.0.1. */
export interface PrometheusService extends AsyncDisposable {
  /** What an expression is now; errors of the server are thrown as they are told. */
  query(expression: string): Promise<readonly PrometheusSample[]>;
  /** The alerts of all rule files. */
  rules(): Promise<readonly PrometheusRule[]>;
}

/**
 * Starts Prometheus with a configuration file; resolves when it serves requests.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startPrometheus(configuration: string): Promise<PrometheusService> {
  const command = await installPrometheus("prometheus");
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(await createWorkDirectory("prometheus"));
  const host = `127.0.0.1:${await freePort()}`;
  const child = resources.use(
    await startProcess({
      command,
      args: [
        `--config.file=${configuration}`,
        `--storage.tsdb.path=${join(directory.path, "data")}`,
        `--web.listen-address=${host}`,
      ],
      cwd: directory.path,
      name: "Prometheus",
    }),
  );
  const url = `http://${host}`;
  await waitUntilReady(child, () => answersOk(`${url}/-/ready`));
  const owned = resources.move();
  return {
    async query(expression) {
      const parameters = new URLSearchParams({ query: expression });
      const { result } = await ask<{ readonly result: readonly RawSample[] }>(
        `${url}/api/v1/query?${parameters.toString()}`,
      );
      return result.map(({ metric, value: [, value] }) => ({
        labels: metric,
        value: Number(value),
      }));
    },
    async rules() {
      const { groups } = await ask<{
        readonly groups: readonly { readonly rules: readonly PrometheusRule[] }[];
      }>(`${url}/api/v1/rules?type=alert`);
      return groups.flatMap(({ rules }) => rules);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface RawSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function ask<Data>(url: string): Promise<Data> {
  const answer = (await (await fetch(url)).json()) as
    | { readonly status: "success"; readonly data: Data }
    | { readonly status: "error"; readonly error: string };
  if (answer.status === "error") throw new Error(`${url}: ${answer.error}`);
  return answer.data;
}

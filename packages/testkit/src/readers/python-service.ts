import { installPython, pythonFile } from "../install/python-environment.ts";
import type { PythonEnvironment } from "../install/python-environment.ts";
import { startProcess } from "../process/managed-process.ts";
import { TestkitError } from "../testkit-error.ts";

/** A long-lived Python process that answers requests, one after the other. */
export interface PythonService extends AsyncDisposable {
  readonly pid: number;
  logs(): string;
  /**
   * Errors: `REQUEST_FAILED` with the message of the Python error, or when the process ended.
   */
  request(operation: string, args: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/**
 * Starts `python/<script>` in an environment. Requests may be sent at once; they wait for its
 * start.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`, `PROCESS_FAILED`.
 */
export async function startPythonService(settings: {
  readonly environment: PythonEnvironment;
  readonly script: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}): Promise<PythonService> {
  const { environment, script, args = [], env = {} } = settings;
  const python = await installPython(environment);
  const child = await startProcess({
    command: python,
    args: ["-u", pythonFile(script), ...args],
    env: { TZ: "UTC", PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: undefined, ...env },
    name: script,
  });
  const pending = new Map<number, (answer: Answer) => void>();
  let nextId = 1;
  let hasEnded = false;
  const endedMessage = (): string => `the process ended; last lines:\n${child.lastLines()}`;

  child.onStdoutLine((line) => {
    const answer = JSON.parse(line) as Answer;
    pending.get(answer.id)?.(answer);
    pending.delete(answer.id);
  });
  void (async () => {
    await child.exit;
    hasEnded = true;
    for (const [id, settle] of pending) settle({ id, error: endedMessage() });
    pending.clear();
  })();

  return {
    pid: child.pid,
    logs: () => child.stderr(),
    async request(operation, args) {
      const id = nextId++;
      const answer = hasEnded
        ? { id, error: endedMessage() }
        : await new Promise<Answer>((resolve) => {
            pending.set(id, resolve);
            child.write(`${JSON.stringify({ id, operation, arguments: args })}\n`);
          });
      if (answer.error === undefined) return answer.result;
      throw new TestkitError("REQUEST_FAILED", `${script} ${operation}: ${answer.error}`, {
        context: { operation, args },
      });
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

import { parseArgs as parseConsume } from "../../apps/consumer-cli/src/args.ts";
import { parseArgs as parseProduce } from "../../apps/producer-cli/src/args.ts";
import { parseArgs as parseTable } from "../../apps/table-cli/src/args.ts";
import type { ComposeService } from "./compose-stack.ts";

/** The programs of the images, by the target that builds them. */
const parsers = { producer: parseProduce, consumer: parseConsume, table: parseTable } as const;

/** A target of the Dockerfile. */
export type ProgramTarget = keyof typeof parsers;

/** Whether a service runs one of the project's programs. */
export function programOf({ build }: ComposeService): ProgramTarget | undefined {
  return Object.keys(parsers).find((name): name is ProgramTarget => name === build?.target);
}

/** What the program makes of a service's command and environment, which replaces this process's. */
export function parseService(
  target: ProgramTarget,
  service: ComposeService,
): ReturnType<(typeof parsers)[ProgramTarget]> {
  const command = target === "table" ? ["verify"] : (service.command ?? []);
  return inEnvironment(service.environment ?? {}, () => parsers[target](command, "0"));
}

/** The variables that a program reads for its flags: those that its help names. */
export function variablesOf(target: ProgramTarget): ReadonlySet<string> {
  const argv = target === "table" ? ["verify", "--help"] : ["--help"];
  const outcome = inEnvironment({}, () => parsers[target](argv, "0"));
  const text = outcome.kind === "information" ? outcome.text : "";
  return new Set(Array.from(text.matchAll(/\benv:\s+(SALON_\w+)/gu), ([, name = ""]) => name));
}

/** Runs without the `SALON_` variables of this process, and with those that are given. */
function inEnvironment<T>(environment: Readonly<Record<string, string>>, run: () => T): T {
  const own = { ...process.env };
  for (const name of Object.keys(own)) if (name.startsWith("SALON_")) delete process.env[name];
  Object.assign(process.env, environment);
  try {
    return run();
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
    Object.assign(process.env, own);
  }
}

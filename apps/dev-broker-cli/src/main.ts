import { once } from "node:events";
import {
  type CommandContext,
  EXIT_DENIED,
  EXIT_UNREACHABLE,
  packageVersion,
  runCommand,
} from "@salon/command-line";
import { type BrokerArguments, parseArgs } from "./args.ts";

await runCommand({
  name: "salon-dev-broker",
  parse: (argv) => parseArgs(argv, packageVersion(import.meta.url)),
  run,
  advice: new Map([
    ["ADDRESS_UNAVAILABLE", { exitCode: EXIT_UNREACHABLE, advice: "check --host and --port" }],
    ["DIRECTORY_UNUSABLE", { exitCode: EXIT_DENIED, advice: "check --directory" }],
  ]),
});

// Parts are loaded when they are needed, so that --help and usage errors need not wait for them.
async function run(settings: BrokerArguments, { logger, signal }: CommandContext): Promise<void> {
  const { startDevBroker } = await import("@salon/dev-broker");
  const { log: _, ...options } = settings;
  await using broker = await startDevBroker(options);
  const { bootstrapServers, clusterId } = broker;
  const { directory } = settings;
  logger.info({ bootstrapServers, clusterId, directory }, `listening on ${bootstrapServers}`);
  // The server keeps the process alive until the signal.
  if (!signal.aborted) await once(signal, "abort");
}

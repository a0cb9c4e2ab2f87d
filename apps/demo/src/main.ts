import { type CommandContext, packageVersion, runCommand } from "@salon/command-line";
import { type DemoSettings, parseArgs } from "./args.ts";

const version = packageVersion(import.meta.url);

await runCommand({
  name: "demo",
  parse: (argv) => parseArgs(argv, version),
  run,
});

// Parts are loaded when they are needed, so that --help and usage errors need not wait for them.
async function run(settings: DemoSettings, context: CommandContext): Promise<number> {
  const { runDemo } = await import("./run-demo.ts");
  return runDemo(settings, { ...context, output: process.stdout, now: new Date(), version });
}

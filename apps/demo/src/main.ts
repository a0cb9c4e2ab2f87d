import { type CommandContext, packageVersion, runCommand } from "@salon/command-line";
import { type DemoSettings, parseArgs } from "./args.ts";

await runCommand({
  name: "demo",
  parse: (argv) => parseArgs(argv, packageVersion(import.meta.url)),
  run,
});

// Parts are loaded when they are needed, so that --help and usage errors need not wait for them.
async function run(settings: DemoSettings, context: CommandContext): Promise<number> {
  const { runDemo } = await import("./run-demo.ts");
  return runDemo(settings, { ...context, output: process.stdout, now: new Date() });
}

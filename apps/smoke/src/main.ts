import { type CommandContext, EXIT_FAILED, packageVersion, runCommand } from "@salon/command-line";
import { parseArgs, type SmokeSettings } from "./args.ts";

await runCommand({
  name: "smoke",
  parse: (argv) => parseArgs(argv, packageVersion(import.meta.url)),
  run,
});

// Parts are loaded when they are needed, so that --help and usage errors need not wait for them.
async function run(settings: SmokeSettings, context: CommandContext): Promise<number> {
  const [{ randomUUID }, { runSmoke }] = await Promise.all([
    import("node:crypto"),
    import("./run-smoke.ts"),
  ]);
  const parts = { output: process.stdout, id: randomUUID(), startedAt: new Date() };
  try {
    return await runSmoke(settings, { ...context, ...parts });
  } catch (error) {
    const isAbort = error instanceof Error && error.name === "AbortError";
    if (!context.signal.aborted || !isAbort) throw error;
    // A test that was broken off must not look like one that was passed.
    context.logger.warn("ended by a signal before it was done");
    return EXIT_FAILED;
  }
}

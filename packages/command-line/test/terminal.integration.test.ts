import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const FIXTURE = fileURLToPath(new URL("./fixtures/command.ts", import.meta.url));
const COLOR = "\u001b[3";

/** All that a command writes to a terminal, which `script` of util-linux makes for it. */
async function onTerminal(job: string, env: Readonly<Record<string, string>>): Promise<string> {
  // Node takes nobody for a reader of colors where `CI` is set.
  const { FORCE_COLOR: _, NO_COLOR: __, CI: ___, ...rest } = process.env;
  const command = `'${process.execPath}' -C @salon/source '${FIXTURE}' --job ${job}`;
  const settings = { env: { ...rest, TERM: "xterm-256color", ...env } };
  const run = promisify(execFile)("script", ["-qec", command, "/dev/null"], settings);
  return (await run).stdout;
}

describe("on a terminal", () => {
  it("the log is for people, and in color", async () => {
    const text = await onTerminal("log", {});
    expect(text).toContain(COLOR);
    expect(text).toMatch(/INFO.*logged.*7/);
  });

  it.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("%o takes the color away", async (env) => {
    const text = await onTerminal("log", env);
    expect(text).not.toContain("\u001b");
    expect(text).toContain("INFO: logged");
  });

  it("what takes over a second shows for how long, and leaves nothing", async () => {
    const text = await onTerminal("long", {});
    expect(text).toContain("\r\u001b[Kworking, 1 s");
    expect(text.endsWith("\r\u001b[K")).toBe(true);
  });

  it("what counts shows its share and the time left, without color", async () => {
    const text = await onTerminal("counted", {});
    expect(text).toContain("\r\u001b[Krows, 25 %, ");
    expect(text).toMatch(/ \d s left, 1,000 of 4,000, 1 s/);
    expect(text).not.toContain(COLOR);
    expect(text.endsWith("\r\u001b[K")).toBe(true);
    expect(await onTerminal("counted", { TERM: "dumb" })).toBe("");
  });

  it("an error is one line", async () => {
    const failing = onTerminal("fail", {});
    await expect(failing).rejects.toMatchObject({ stdout: "salon-test: cannot read /a\r\n" });
  });
});

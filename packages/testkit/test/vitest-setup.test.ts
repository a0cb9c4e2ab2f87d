import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWorkDirectory, startProcess } from "../src/index.ts";

const source = join(import.meta.dirname, "../src");
const vitest = join(import.meta.dirname, "../../../node_modules/vitest/vitest.mjs");

/** Test files that fail in a test and in a hook, after what they began printed something. */
const FILES = {
  "in-test.test.ts": `
    import { appendFileSync } from "node:fs";
    import { expect, it } from "vitest";
    import { startNodeProgram, useSharedServices } from "${source}/index.ts";
    const run = async (text) => {
      await using child = await startNodeProgram({ entry: process.env.PRINTER, args: [text] });
      await child.exit;
    };
    const kafkaLogs = (text) => appendFileSync(process.env.SALON_TEST_LOGS + "/shared/kafka.1.log", text);
    useSharedServices();
    it("passes", async () => {
      kafkaLogs("while another test ran\\n");
      await run("of the test that passed");
    });
    it("fails", async () => {
      kafkaLogs("leader lost\\n");
      await run("of the test that failed");
      expect(1).toBe(2);
    });`,
  "in-hook.test.ts": `
    import { beforeAll, describe, it } from "vitest";
    import { startNodeProgram } from "${source}/index.ts";
    describe("group", () => {
      beforeAll(async () => {
        await using child = await startNodeProgram({ entry: process.env.PRINTER, args: ["of the hook"] });
        await child.exit;
        throw new Error("hook");
      });
      it("never runs", () => {});
    });`,
  "printer.js": `for (let line = 0; line < 50; line++) console.error("line " + line + " " + process.argv[2]);`,
  "vitest.config.js": `export default {
    resolve: { conditions: ["@salon/source", "node"] },
    test: { setupFiles: ["${source}/vitest-setup.ts"] },
  };`,
};

it("a failure shows what its services have logged since it began, and the logs stay", async () => {
  await using directory = await createWorkDirectory("vitest");
  const logs = join(directory.path, "logs");
  await mkdir(join(logs, "shared"), { recursive: true });
  for (const [file, text] of Object.entries(FILES)) {
    await writeFile(join(directory.path, file), text);
  }
  await writeFile(join(logs, "shared", "kafka.1.log"), "before\n");
  await writeFile(
    join(logs, "shared", "spark_reader.py.2.log"),
    "of an engine that nobody asked\n",
  );
  await using run = await startProcess({
    command: process.execPath,
    args: [vitest, "run", "--root", directory.path],
    cwd: directory.path,
    env: {
      PRINTER: join(directory.path, "printer.js"),
      SALON_TEST_LOGS: logs,
      SALON_TEST_KAFKA: "127.0.0.1:1",
      SALON_TEST_S3_ENDPOINT: "http://127.0.0.1:1",
      SALON_TEST_REST_CATALOG: "http://127.0.0.1:1",
      NO_COLOR: "1",
      VITEST: undefined,
      NODE_OPTIONS: undefined,
    },
  });
  await run.exit;
  const output = run.stderr() + run.stdout();
  expect(output).toContain('Logged since "fails" began');
  expect(output).toMatch(/kafka\.1\.log:\nleader lost\n/);
  expect(output).toMatch(/log:\nline 10 of the test that failed\nline 11 /);
  expect(output).toContain("line 49 of the hook");
  expect(output).not.toContain("of the test that passed");
  expect(output).not.toContain("of an engine");

  const own = join(logs, "in-test.test.ts");
  const kept = await Promise.all(
    (await readdir(own)).map((file) => readFile(join(own, file), "utf8")),
  );
  expect(kept.map((text) => text.split("\n").length)).toEqual([51, 51]);
});

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

let reports: string;
beforeEach(async () => {
  reports = await mkdtemp(join(tmpdir(), "salon-reports-"));
});
afterEach(() => rm(reports, { recursive: true }));

/** A report as vitest's JSON reporter writes it, as far as it is read. */
const report = (passed: number, failed: number, files: readonly object[] = []): string =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: files });

async function count(
  files: Readonly<Record<string, string>>,
  ...outcomes: readonly string[]
): Promise<{ readonly code: number; readonly lastLine: string | undefined }> {
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(reports, `${name}.json`), text);
  }
  const script = join(import.meta.dirname, "count-results.mjs");
  return new Promise((resolve) => {
    execFile(process.execPath, [script, reports, ...outcomes], (error, stdout) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, lastLine: stdout.trimEnd().split("\n").at(-1) });
    });
  });
}

it("adds up runs with a report and without", async () => {
  const files = { unit: report(3, 0), interop: report(2, 0) };
  expect(await count(files, "unit=0", "check=0", "interop=0")).toEqual({
    code: 0,
    lastLine: "6 passed, 0 failed",
  });
});

it("counts failed tests, and files that could not be loaded", async () => {
  const unloaded = { status: "failed", assertionResults: [] };
  const loaded = { status: "failed", assertionResults: [{ status: "failed" }] };
  const files = { unit: report(3, 1, [unloaded, loaded]) };
  expect(await count(files, "unit=1")).toEqual({ code: 1, lastLine: "3 passed, 2 failed" });
});

it.each([
  ["all tests passed", { unit: report(3, 0) }, "3 passed, 1 failed"],
  ["there is no report", {}, "0 passed, 1 failed"],
])("counts a bad exit code as a failure though %s", async (_, files, lastLine) => {
  expect(await count(files, "unit=1")).toEqual({ code: 1, lastLine });
});

it("fails when nothing ran", async () => {
  expect(await count({ unit: report(0, 0) }, "unit=0")).toEqual({
    code: 1,
    lastLine: "0 passed, 0 failed",
  });
});

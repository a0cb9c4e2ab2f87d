// Compares what each package exports, as it was built, with the report that is committed beside it:
// `node tools/check-api.ts`, and with `--update` writes the reports anew.
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { apiReport } from "./api-report.ts";

const REPORT = "api.md";
const root = join(import.meta.dirname, "..");
const isUpdate = process.argv.includes("--update");

for (const path of globSync("packages/*/package.json", { cwd: root }).toSorted()) {
  const folder = dirname(path);
  const manifest = JSON.parse(readFileSync(join(root, path), "utf8")) as {
    readonly name: string;
    readonly private?: boolean;
  };
  if (manifest.private === true) continue;
  const report = `${apiReport(manifest.name, (file) =>
    readFileSync(join(root, folder, "dist", file), "utf8"),
  )}\n`;
  const file = join(root, folder, REPORT);
  if (isUpdate) writeFileSync(file, report);
  const committed = existsSync(file) ? readFileSync(file, "utf8") : "";
  console.log(`${committed === report ? "ok" : "FAILED"} exports of ${manifest.name}`);
  if (committed === report) continue;
  process.exitCode = 1;
  console.log(
    `  ${changedLines(committed, report).join("\n  ")}\n` +
      `What others can use of the package has changed. If that is meant: \`node tools/check-api.ts ` +
      `--update\`, commit ${folder}/${REPORT}, and say in a changeset what it means to them.`,
  );
}

/** Lines that only one of two texts has. */
function changedLines(before: string, after: string): readonly string[] {
  const old = before.split("\n");
  const now = after.split("\n");
  const gone = old.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
  const come = now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].slice(0, 40);
}

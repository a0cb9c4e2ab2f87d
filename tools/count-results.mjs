// Adds up what ran: `node tools/count-results.mjs <reports> <name>=<exit code> …`. A name with a
// report `<reports>/<name>.json` of vitest counts by its tests, any other as one. The last line of
// the output is `N passed, N failed`; the exit code is 0 only when something passed and nothing
// failed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [reports, ...outcomes] = process.argv.slice(2);
const total = { passed: 0, failed: 0 };
for (const outcome of outcomes) {
  const [name, code] = outcome.split("=");
  const { passed, failed } = count(join(reports, `${name}.json`), code === "0");
  console.log(`${name}: ${passed} passed, ${failed} failed, exit code ${code}`);
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.passed > 0 && total.failed === 0 ? 0 : 1;

/** A run that ended badly has failed at least once, whatever its report says. */
function count(path, isGood) {
  const passed = isGood ? 1 : 0;
  if (!existsSync(path)) return { passed, failed: 1 - passed };
  const report = JSON.parse(readFileSync(path, "utf8"));
  // A file that cannot be loaded fails without a test of its own.
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  );
  const failed = report.numFailedTests + unloaded.length;
  return { passed: report.numPassedTests, failed: isGood ? failed : Math.max(failed, 1) };
}

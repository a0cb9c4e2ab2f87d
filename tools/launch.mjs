// Brings Node 24 and pnpm to a machine that has only Node 20 and npm, installs the workspace and
// runs one of its scripts: `node tools/launch.mjs test -- --project unit`.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [script, ...rest] = process.argv.slice(2);
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

/** What `npx` puts on the PATH: nothing where this machine has both already. */
const NODE = "node@24";
const major = (version) => Number(/\d+/.exec(version)?.[0] ?? 0);
const ownPnpm = spawnSync("pnpm", ["--version"], { encoding: "utf8" }).stdout ?? "";
const brought = [
  ...(major(process.versions.node) < major(NODE) ? ["-p", NODE] : []),
  ...(major(ownPnpm) === major(packageManager) ? [] : ["-p", packageManager]),
];

function run(command, args) {
  const [file, argv] =
    brought.length === 0 ? [command, args] : ["npx", ["--yes", ...brought, "--", command, ...args]];
  const { status, error } = spawnSync(file, argv, { cwd: root, stdio: "inherit" });
  if (error) console.error(`cannot start ${file}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** True when `node_modules` was written after the lock file that it should match. */
function isInstalled() {
  const marker = `${root}node_modules/.modules.yaml`;
  return (
    existsSync(marker) && statSync(marker).mtimeMs >= statSync(`${root}pnpm-lock.yaml`).mtimeMs
  );
}

if (script === undefined) {
  console.error("usage: node tools/launch.mjs <script> [arguments]");
  process.exit(2);
}
if (!isInstalled()) run("pnpm", ["install", "--frozen-lockfile", "--prefer-offline"]);
run("pnpm", ["run", `in:${script}`, ...rest.filter((argument) => argument !== "--")]);

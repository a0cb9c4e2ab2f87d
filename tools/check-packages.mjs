// Checks each package that could be published: what its tarball holds, and how its types resolve.
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const checks = [
  { command: "publint", args: ["--strict"], applies: () => true },
  {
    command: "attw",
    args: ["--pack", ".", "--profile", "esm-only", "--quiet"],
    applies: (manifest) => manifest.exports !== undefined,
  },
];

let failures = 0;
for (const path of globSync("{packages,apps}/*/package.json", { cwd: root }).sort()) {
  const manifest = JSON.parse(readFileSync(join(root, path), "utf8"));
  if (manifest.private === true) continue;
  for (const { command, args } of checks.filter(({ applies }) => applies(manifest))) {
    const cwd = join(root, dirname(path));
    const file = join(root, "node_modules", ".bin", command);
    const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: "utf8" });
    console.log(`${status === 0 ? "ok" : "FAILED"} ${command} ${manifest.name}`);
    if (status === 0) continue;
    failures++;
    console.log(`${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}`);
  }
}
process.exit(failures === 0 ? 0 : 1);

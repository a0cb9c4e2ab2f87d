#!/usr/bin/env node
// Plain old syntax up to the check, so that an old Node reaches it.
if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error("salon-table needs Node 24 or newer, this is " + process.version + ".");
  process.exit(2);
}
// Compiled code is kept where only this user can write: nobody else may say what is run.
const { enableCompileCache } = process.getBuiltinModule("node:module");
const { existsSync, mkdirSync } = process.getBuiltinModule("node:fs");
const home = process.env.HOME;
try {
  // One by one: Node's way to make several at once goes on for ever where none can be made.
  for (const folder of home ? ["/.cache", "/.cache/salon"] : []) {
    if (!existsSync(home + folder)) mkdirSync(home + folder);
  }
  if (home) enableCompileCache(home + "/.cache/salon");
} catch {
  // Without a cache it starts as well, a little later.
}
await import("../dist/main.js");

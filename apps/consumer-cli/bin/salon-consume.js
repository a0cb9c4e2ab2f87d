#!/usr/bin/env node
// Plain old syntax up to the check, so that an old Node reaches it.
if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error("salon-consume needs Node 24 or newer, this is " + process.version + ".");
  process.exit(2);
}
// Compiled code is kept where only this user can write: nobody else may say what is run.
const { enableCompileCache } = process.getBuiltinModule("node:module");
const { existsSync } = process.getBuiltinModule("node:fs");
const home = process.env.HOME;
if (home && existsSync(home)) enableCompileCache(home + "/.cache/salon");
await import("../dist/main.js");

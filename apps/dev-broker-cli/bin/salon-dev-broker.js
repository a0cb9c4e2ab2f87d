#!/usr/bin/env node
// Plain old syntax up to the check, so that an old Node reaches it.
if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error("salon-dev-broker needs Node 24 or newer, this is " + process.version + ".");
  process.exit(2);
}
await import("../dist/main.js");

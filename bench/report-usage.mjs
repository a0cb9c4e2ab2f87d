// Preloaded into a measured program: at its end it says what it used, as one line of JSON.
import { writeSync } from "node:fs";

process.on("exit", () => {
  writeSync(2, `${JSON.stringify({ usage: process.resourceUsage() })}\n`);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { COMMANDS, optionsIn, printed } from "./command-help.ts";
import { configurationPage } from "./configuration-page.ts";

/** `npm test -- tools/configuration-page -u` writes the page anew. */
it("docs/configuration.md is what the commands say of themselves", async () => {
  await expect(configurationPage()).toMatchFileSnapshot("../docs/configuration.md");
});

it("names every option that the sources add", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "docs", "configuration.md"), "utf8");
  const flags = COMMANDS.flatMap((command) => optionsIn(printed(command, ["--help"])));
  expect(flags.length).toBeGreaterThan(50);
  for (const { flag } of flags) expect(page).toContain(`\`${flag.split(" ")[0]}`);
});

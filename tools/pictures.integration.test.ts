import { join } from "node:path";
import { startNodeProgram } from "@salon/testkit";
import { expect, it } from "vitest";

it("the pictures of docs/tour.md show what pages and commands show now", async () => {
  const entry = join(import.meta.dirname, "take-pictures.ts");
  await using pictures = await startNodeProgram({ entry, args: ["--check"], cwd: process.cwd() });
  expect({ ...(await pictures.exit), stderr: pictures.stderr() }).toEqual({ code: 0, stderr: "" });
  expect(pictures.stdout()).toContain("6 pictures are as they were");
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ratingsRules, ratingsSchema } from "@salon/schema";
import { createWorkDirectory } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { loadRules } from "../src/load-rules.ts";

describe("loadRules", () => {
  it("takes none, those of the ratings, and those of a file", async () => {
    await using directory = await createWorkDirectory("rules");
    const path = join(directory.path, "rules.json");
    const rule = { name: "given", field: "comment", check: { kind: "not-null" } };
    await writeFile(path, JSON.stringify({ rules: [rule] }));
    expect(await loadRules(undefined, ratingsSchema)).toEqual([]);
    expect(await loadRules("ratings", ratingsSchema)).toBe(ratingsRules);
    expect(await loadRules(path, ratingsSchema)).toEqual([{ ...rule, severity: "reject" }]);
  });

  it("names the file, the rule and the field of what is wrong", async () => {
    await using directory = await createWorkDirectory("rules");
    const path = join(directory.path, "rules.json");
    await expect(loadRules(path, ratingsSchema)).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: expect.stringContaining(path) as string,
    });
    const rule = { name: "r", field: "stars", check: { kind: "not-null" } };
    await writeFile(path, JSON.stringify({ rules: [rule] }));
    await expect(loadRules(path, ratingsSchema)).rejects.toMatchObject({
      code: "USAGE_INVALID",
      message: `--rules ${path}: rule r, field stars: events of ratings have no such field`,
    });
  });
});

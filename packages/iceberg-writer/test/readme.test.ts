import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { createWorkDirectory, startNodeProgram } from "@salon/testkit";
import { describe, expect, it } from "vitest";

import * as exported from "../src/index.ts";

const readme = await readFile(join(import.meta.dirname, "..", "README.md"), "utf8");
const example = new URL("./examples/local-disk.ts", import.meta.url);

describe("the README", () => {
  it("shows an example that runs", async () => {
    expect(readme).toContain(`\`\`\`ts\n${await readFile(example, "utf8")}\`\`\`\n`);
    await using directory = await createWorkDirectory("readme");
    await using program = await startNodeProgram({ entry: example, cwd: directory.path });
    expect(await program.exit).toEqual({ code: 0 });
    expect(program.stdout()).toBe("1 [ 'customer_id', 'comment', 'rated_at' ]\n");
    const files = await readdir(join(directory.path, "warehouse"), { recursive: true });
    expect(files.filter((file) => file.endsWith(".parquet"))).toHaveLength(1);
    expect(files).toContain(join("db", "ratings", "metadata", "v2.metadata.json"));
  });

  it("names what the package exports", () => {
    const missing = Object.keys(exported).filter((name) => !readme.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});

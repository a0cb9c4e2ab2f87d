import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tidyFaults } from "./tidy-rules.ts";
import type { LongFiles } from "./tidy-rules.ts";

const root = join(import.meta.dirname, "..");
const patterns = [
  "{packages,apps}/*/{src,test,bin}/**/*.{ts,js}",
  "packages/testkit/python/*.py",
  "{tools,bench,chaos,docker}/**/*.{ts,mjs}",
];

const longFiles: LongFiles = {};

describe("the guide", () => {
  const paths = globSync(patterns, {
    cwd: root,
    exclude: ["**/node_modules/**", "**/fixtures/**"],
  });

  it("is followed by every file", () => {
    const faults = paths
      .filter((path) => !path.startsWith("tools/tidy"))
      .flatMap((path) =>
        tidyFaults({ path, text: readFileSync(join(root, path), "utf8") }, longFiles),
      );
    expect(faults).toEqual([]);
  });

  it("excuses no file that is gone", () => {
    expect(Object.keys(longFiles).filter((path) => !paths.includes(path))).toEqual([]);
  });
});

const faultsOf = (path: string, text: string): readonly string[] => tidyFaults({ path, text }, {});

describe("a rule", () => {
  it.each([
    ["packages/sink/src/utils.ts", "", "name the file after the one concept"],
    ["packages/columns/src/a.ts", "\n".repeat(401).replaceAll("\n", "x\n"), "over 400"],
    ["packages/columns/src/a.ts", "x\n".repeat(301), "over 300"],
    ["packages/columns/src/a.ts", `/** ${"word ".repeat(25)}*/`, "npm run format"],
    ["packages/columns/src/a.ts", "const a = b as unknown as C;", "a type guard"],
    ["packages/columns/src/a.ts", "function f(a: any) {}", "unknown, narrowed"],
    ["packages/columns/src/a.ts", "const a = Date.now();", "the clock"],
    ["packages/columns/src/a.ts", 'console.log("a");', "a return value"],
    ["packages/columns/src/a.ts", 'import { a } from "@salon/sink";', "the arrows are none"],
    ["packages/sink/src/a.ts", 'import { a } from "@salon/schema/src/a.ts";', "package's index"],
    ["packages/unknown/src/a.ts", "", "no entry in packageArrows"],
    ["apps/a/src/a.ts", 'import { a } from "@salon/testkit";', "all but testkit"],
    ["packages/sink/src/engine/a.ts", 'import { a } from "../shell/a.ts";', "layer engine imports"],
    ["packages/sink/src/engine/a.ts", 'import { a } from "../sink.ts";', "layer engine imports"],
    ["packages/sink/src/other/a.ts", "", "no entry in layerArrows"],
    ["packages/columns/src/index.ts", "export const a = 1;", "only re-exports"],
    ["packages/columns/test/a.test.ts", 'it.only("a");', "a test that runs"],
  ])("finds a fault in %s: %#", (path, text, message) => {
    expect(faultsOf(path, text)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ["packages/columns/src/a.ts", `const text = "${"x".repeat(120)}";`],
    ["packages/iceberg-writer/src/spec/a.ts", 'import { A } from "../iceberg-error.ts";'],
    ["packages/iceberg-writer/src/codec/parquet/a.ts", 'import { a } from "../../spec/a.ts";'],
    ["packages/sink/src/a.ts", 'import { a } from "@salon/schema";'],
    ["packages/columns/src/index.ts", '/** Doc. */\nexport type {\n  A,\n} from "./a.ts";\n'],
    ["packages/columns/test/a.test.ts", "x\n".repeat(400)],
    ["packages/sink/src/shell/a.ts", "const now = Date.now();"],
  ])("has nothing against %s: %#", (path, text) => {
    expect(faultsOf(path, text)).toEqual([]);
  });
});

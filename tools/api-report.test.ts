import { describe, expect, it } from "vitest";
import { apiReport } from "./api-report.ts";

const files: Readonly<Record<string, string>> = {
  "index.d.ts": `export { open } from "./open.ts";
export type { Box as PublicBox } from "./box.ts";
`,
  "open.d.ts": `import type { Hidden } from "./box.ts";
/** Opens it. */
export declare function open(text: string): Hidden;
export declare function open(number: number): Hidden;
export declare const unused: number;
`,
  "box.d.ts": `import type { Readable } from "node:stream";
export interface Box {
    /** Its size. */
    readonly size: Size;
    readonly stream: Readable;
}
export interface Hidden extends Box {
}
type Size = 1 | 2;
export interface Other {
}
`,
};
const report = (changed: Readonly<Record<string, string>> = {}): string =>
  apiReport("a-package", (path) => ({ ...files, ...changed })[path] ?? "");

describe("apiReport", () => {
  it("has what is exported, and what that is made of, without comments", () => {
    expect(report()).toBe(`# What a-package exports

\`\`\`ts
// as PublicBox
export interface Box {
    readonly size: Size;
    readonly stream: Readable;
}

export declare function open(text: string): Hidden;
export declare function open(number: number): Hidden;
\`\`\`

## Used by that, and not exported

\`\`\`ts
export interface Hidden extends Box {
}

type Size = 1 | 2;
\`\`\``);
  });

  it.each([
    ["an exported signature", "open.d.ts", "text: string", "text: Uint8Array"],
    ["a type behind it", "box.d.ts", "1 | 2", "1 | 2 | 3"],
    ["a name of the index", "index.d.ts", "export { open }", "export { unused }"],
  ])("changes with %s", (_, path, from, to) => {
    const text = files[path]!.replace(from, to);
    expect(text).not.toBe(files[path]);
    expect(report({ [path]: text })).not.toBe(report());
  });

  it.each([
    ["a comment", "open.d.ts", "Opens it.", "Opens another."],
    ["what nobody can reach", "box.d.ts", "interface Other {", "interface Another {"],
  ])("does not change with %s", (_, path, from, to) => {
    const text = files[path]!.replace(from, to);
    expect(text).not.toBe(files[path]);
    expect(report({ [path]: text })).toBe(report());
  });
});

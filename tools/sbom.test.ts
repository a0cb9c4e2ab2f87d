import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const root = join(import.meta.dirname, "..");

interface Manifest {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly purl?: string;
}

function manifestAt(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
}

/** What `npm run sbom` writes, by the same words. */
function writeBillOfMaterials(): string {
  const folder = mkdtempSync(join(tmpdir(), "salon-sbom-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "sbom.json");
  const [, ...words] = (manifestAt("package.json").scripts?.["in:sbom"] ?? "").split(" ");
  const argv = words.map((word) => (word === "sbom.cdx.json" ? path : word));
  execFileSync("pnpm", argv, { cwd: root });
  return readFileSync(path, "utf8");
}

it("the bill of materials is CycloneDX, and has every dependency with its version", () => {
  const text = writeBillOfMaterials();
  const bill = JSON.parse(text) as { readonly components: readonly Component[] };
  expect(bill).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.7", version: 1 });
  const { components } = bill;
  for (const { purl } of components) expect(purl).toMatch(/^pkg:npm\/.+@\d+\.\d+\.\d+/);
  const named = new Set(components.map(({ group, name }) => (group ? `${group}/${name}` : name)));
  const dependencies = globSync("{packages,apps}/*/package.json", { cwd: root }).flatMap((path) =>
    Object.keys(manifestAt(path).dependencies ?? {}),
  );
  expect(dependencies).toContain("pino");
  expect(dependencies.filter((name) => !named.has(name))).toEqual([]);
});

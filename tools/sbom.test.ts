import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { expect, it } from "vitest";

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
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string; readonly name?: string };
    readonly expression?: string;
  }[];
}

interface Bill {
  readonly specVersion: string;
  readonly components: readonly Component[];
}

/** Licences that ask for no more than to be named. Another one is a decision. */
const PERMISSIVE = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];

function manifestAt(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
}

/** What `npm run sbom` writes, by the same words. */
function writeBillOfMaterials(): string {
  const folder = mkdtempSync(join(tmpdir(), "salon-sbom-"));
  const path = join(folder, "sbom.json");
  const [, ...words] = (manifestAt("package.json").scripts?.["in:sbom"] ?? "").split(" ");
  const argv = words.map((word) => (word === "sbom.cdx.json" ? path : word));
  try {
    execFileSync("pnpm", argv, { cwd: root });
    return readFileSync(path, "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every licence of the components, as the bill says it, and one of nothing for those without. */
function licencesOf({ components }: Bill): ReadonlySet<string> {
  const licences = components.flatMap(({ name, licenses = [] }) =>
    licenses.length === 0
      ? [`none of ${name}`]
      : licenses.map(({ license, expression }) => license?.id ?? license?.name ?? expression),
  );
  return new Set(licences.map((licence) => licence ?? "none"));
}

const text = writeBillOfMaterials();
const bill = JSON.parse(text) as Bill;

it("the bill of materials has every dependency with its version", () => {
  const { components } = bill;
  for (const { purl } of components) expect(purl).toMatch(/^pkg:npm\/.+@\d+\.\d+\.\d+/);
  const named = new Set(components.map(({ group, name }) => (group ? `${group}/${name}` : name)));
  const dependencies = globSync("{packages,apps}/*/package.json", { cwd: root }).flatMap((path) =>
    Object.keys(manifestAt(path).dependencies ?? {}),
  );
  expect(dependencies).toContain("pino");
  expect(dependencies.filter((name) => !named.has(name))).toEqual([]);
});

it("the bill of materials is what CycloneDX's own schema asks for", async () => {
  expect(bill).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.7", version: 1 });
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot7);
  expect(await validator.validate(text)).toBeNull();
  const components = [{ ...bill.components[0], type: "salon" }];
  expect(await validator.validate(JSON.stringify({ ...bill, components }))).toMatchObject([
    { instancePath: "/components/0/type" },
  ]);
});

it("production runs on permissive licences alone, those that docs/packages.md names", () => {
  const licences = [...licencesOf(bill)].toSorted();
  expect(licences.filter((licence) => !PERMISSIVE.includes(licence))).toEqual([]);
  const page = readFileSync(join(root, "docs", "packages.md"), "utf8");
  const [, named = ""] = /## Under which licences\n\n[^:]+: ([^;]+);/.exec(page) ?? [];
  expect(named.split(/,\s+/)).toEqual(licences);
});

import { globSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type DevBroker, startDevBroker } from "@salon/dev-broker";
import { openKafkaSink } from "@salon/kafka-io";
import { createWorkDirectory, startNodeProgram } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { exportedNames, isNamed, programsOf, withoutLayout } from "./readme.ts";

const root = join(import.meta.dirname, "..");
const manifests = globSync("packages/*/package.json", { cwd: root }).toSorted();
const libraries = manifests.flatMap((path) => {
  const folder = dirname(join(root, path));
  const manifest = JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
  if (manifest.private === true) return [];
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const index = readFileSync(join(folder, "src", "index.ts"), "utf8");
  return [{ name: manifest.name, folder, readme, index }];
});

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}

/** Where the examples expect a broker. */
const BROKER = "localhost:29092";
/** What the example of `@salon/sink` finds in its topic: two orders and what is none. */
const ORDERS = [
  '{"order_id":1,"amount":49.5,"timestamp":"2025-01-15T10:30:00"}',
  '{"order_id":2,"amount":12,"timestamp":"2025-01-15T10:31:00"}',
  "no order",
];

describe.each(libraries)("the README of $name", ({ name, folder, readme, index }) => {
  it("says in a sentence what it is, and how to install it", () => {
    expect(readme).toMatch(new RegExp(`^# ${name}\n\n[A-Z][^]{20,400}?\\.`));
    expect(readme).toContain(`npm install ${name}`);
  });

  it("names every export", () => {
    expect(exportedNames(index).filter((each) => !isNamed(readme, each))).toEqual([]);
  });

  it("shows programs that run and print what it says", async () => {
    const programs = programsOf(readme);
    expect(programs.length).toBeGreaterThan(0);
    await using directory = await createWorkDirectory("readme");
    for (const [number, { text, printed }] of programs.entries()) {
      await using broker = text.includes(BROKER) ? await startBroker() : undefined;
      const entry = join(folder, "dist", "readme", `${number}.ts`);
      await mkdir(dirname(entry), { recursive: true });
      await writeFile(entry, text.replaceAll(BROKER, broker?.bootstrapServers ?? BROKER));
      await using program = await startNodeProgram({ entry, cwd: directory.path });
      expect({ ...(await program.exit), stderr: program.stderr() }).toEqual({
        code: 0,
        stderr: "",
      });
      const output = withoutLayout(program.stdout());
      for (const line of printed) expect(output).toContain(withoutLayout(line));
    }
  });
});

async function startBroker(): Promise<DevBroker> {
  const broker = await startDevBroker({ topics: [{ name: "orders", partitions: 1 }] });
  await using orders = await openKafkaSink({
    bootstrapServers: [broker.bootstrapServers],
    topic: "orders",
  });
  await orders.send(ORDERS.map((value) => ({ value: Buffer.from(value) })));
  return broker;
}

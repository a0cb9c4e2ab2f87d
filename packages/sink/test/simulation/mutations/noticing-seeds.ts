import { readFile, writeFile } from "node:fs/promises";

const FILE = new URL("./noticing-seeds.json", import.meta.url);

/**
 * The seeds that noticed defects when they were looked for last, by the defect's name. They are
 * where a search begins, and nothing else: a change of the code may make other histories of them.
 */
export async function readNoticingSeeds(): Promise<ReadonlyMap<string, number>> {
  const seeds = JSON.parse(await readFile(FILE, "utf8")) as Readonly<Record<string, number>>;
  return new Map(Object.entries(seeds));
}

/** Writes those of the defects that there are, in their order. */
export async function writeNoticingSeeds(
  seeds: ReadonlyMap<string, number>,
  names: readonly string[],
): Promise<void> {
  const kept = names.flatMap((name) => {
    const seed = seeds.get(name);
    return seed === undefined ? [] : [[name, seed] as const];
  });
  await writeFile(FILE, `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`);
}

import fc from "fast-check";
import { expect, it } from "vitest";

import { planFiles } from "../../src/scan/plan-files.ts";
import { appendToTable } from "../../src/transaction/append-to-table.ts";
import { rewriteFiles } from "../../src/transaction/rewrite-files.ts";
import { fates, kinds, Network, openRivals, outcomeOf } from "./rival-network.ts";
import { dataFile, identifier, instantComponents } from "./table-under-test.ts";

/** Fates of the commits of some rewrites, one after the other. */
const rewriter = fc.array(fc.array(fc.constantFrom(...fates), { maxLength: 6 }), {
  minLength: 1,
  maxLength: 3,
});

const mayFail: ReadonlySet<string> = new Set([
  "REPLACED_FILES_CHANGED",
  "COMMIT_RETRIES_EXHAUSTED",
  "COMMIT_STATE_UNKNOWN",
]);

it.each(kinds)("of rivals that replace one file, one does at a time (%s)", async (kind) => {
  await fc.assert(
    fc.asyncProperty(fc.array(rewriter, { minLength: 1, maxLength: 3 }), async (rewriters) => {
      const catalog = await openRivals(kind);
      const network = new Network();
      const first = dataFile("first");
      const table = await catalog.loadTable(identifier);
      await table.fileIo.write(first.filePath, new Uint8Array(1));
      await appendToTable({ catalog, table, request: { dataFiles: [first] } });
      const outcomes = new Map([[first.filePath, "committed"]]);
      await Promise.all(
        rewriters.map(async (rewrites, number) => {
          for (const [index, script] of rewrites.entries()) {
            const planned = await catalog.loadTable(identifier);
            const replacedFiles = await Array.fromAsync(planFiles(planned));
            const file = dataFile(`r${number}-${index}`);
            await table.fileIo.write(file.filePath, new Uint8Array(1));
            const rewrite = rewriteFiles({
              catalog: network.over(catalog, script),
              table: planned,
              request: { replacedFiles, dataFiles: [file] },
              deleteDataFilesOnFailure: true,
              components: instantComponents(),
            });
            outcomes.set(file.filePath, await outcomeOf(rewrite));
          }
        }),
      );
      await network.deliver();
      const live = await Array.fromAsync(planFiles(await catalog.loadTable(identifier)));
      expect(live).toHaveLength(1);
      for (const { filePath } of live.map((planned) => planned.dataFile)) {
        expect(["committed", "COMMIT_STATE_UNKNOWN"]).toContain(outcomes.get(filePath));
        expect(await table.fileIo.stat(filePath)).toBeDefined();
      }
      const failures = [...outcomes.values()].filter((outcome) => outcome !== "committed");
      expect(failures.filter((code) => !mayFail.has(code))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

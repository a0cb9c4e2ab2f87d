import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tools/longest-first.ts";

/** Tests run on the sources of every workspace package: no build comes before them. */
const conditions = ["@salon/source", "node"];
const unit = ["{packages,apps,tools,docker}/**/test/**/*.test.ts", "{tools,chaos}/*.test.ts"];
const interop = [
  "{packages,apps}/*/test/**/*.integration.test.ts",
  "docker/test/**/*.integration.test.ts",
  "{bench,tools}/*.integration.test.ts",
];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: unit,
          exclude: ["**/node_modules/**", "**/dist/**", "**/*.integration.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: "interop",
          include: interop,
          globalSetup: ["packages/testkit/src/vitest-global-setup.ts"],
          setupFiles: ["packages/testkit/src/vitest-setup.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          // A file waits for services and sessions about half of its time; more of them at once
          // would be more brokers and engines than a small machine has memory for.
          maxWorkers: 2,
          // What is concurrent within a file does little else than wait for sessions to end.
          maxConcurrency: 10,
          // Projects of one group have as many workers each.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

import { defineConfig } from "vitest/config";

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
          exclude: ["**/node_modules/**", "**/dist/**"],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Test files that take half a minute or more, the longest first: on a machine that knows no times
 * yet, the last of the workers is not left alone with one of them.
 */
export const LONG_FILES: readonly string[] = [
  "packages/kafka-io/test/kafka-source.integration.test.ts",
  "docker/test/programs.integration.test.ts",
  "apps/consumer-cli/test/main-job.integration.test.ts",
  "apps/consumer-cli/test/dev-broker.integration.test.ts",
  "apps/consumer-cli/test/bad-circumstances.integration.test.ts",
  "packages/testkit/test/services/services.integration.test.ts",
  "packages/kafka-io/test/oauth-bearer.integration.test.ts",
  "apps/consumer-cli/test/takeover.integration.test.ts",
  "packages/kafka-io/test/connection.integration.test.ts",
  "packages/kafka-io/test/replicas.integration.test.ts",
  "docker/test/image.integration.test.ts",
  "apps/consumer-cli/test/faults.integration.test.ts",
  "apps/consumer-cli/test/secrets.integration.test.ts",
];

/** Runs {@link LONG_FILES} before all others, and those as Vitest does. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const index = LONG_FILES.indexOf(relative(this.ctx.config.root, moduleId));
      return index < 0 ? LONG_FILES.length : index;
    };
    return sorted.toSorted((left, right) => place(left) - place(right));
  }
}

import { openCatalog } from "@salon/iceberg-writer";
import { createWorkDirectory } from "@salon/testkit";
import { describeSharedDeadLetters } from "./describe-shared-dead-letters.ts";

for (const type of ["memory", "hadoop", "sql"] as const) {
  describeSharedDeadLetters(type, async () => {
    await using resources = new AsyncDisposableStack();
    const directory = resources.use(await createWorkDirectory("shared-dead-letters"));
    const warehouse = type === "memory" ? "memory://warehouse" : directory.path;
    const catalog = resources.use(await openCatalog({ type, warehouse }));
    const owned = resources.move();
    const namespace = type === "sql" ? ["lake"] : [];
    return { catalog, namespace, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  });
}

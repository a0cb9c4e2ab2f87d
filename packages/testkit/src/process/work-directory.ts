import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory of its own, removed with all that is in it on disposal or at this process's end. */
export interface WorkDirectory extends AsyncDisposable {
  readonly path: string;
}

const living = new Set<string>();
process.once("exit", () => {
  for (const path of living) rmSync(path, { recursive: true, force: true });
});

/** Creates an empty directory under the system's temporary one. */
export async function createWorkDirectory(purpose: string): Promise<WorkDirectory> {
  const path = await mkdtemp(join(tmpdir(), `salon-${purpose}-`));
  living.add(path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      living.delete(path);
    },
  };
}

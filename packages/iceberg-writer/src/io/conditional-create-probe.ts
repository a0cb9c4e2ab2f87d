import { IcebergError } from "../iceberg-error.ts";
import type { FileIo, OperationOptions } from "./file-io.ts";
import { joinLocation } from "./location.ts";

/**
 * Proves once that a store does not create a file twice: some S3 stores ignore `If-None-Match`
 * and answer success, which would let two writers commit the same version. Leaves nothing behind.
 *
 * Errors: `CONDITIONAL_CREATE_UNSUPPORTED`, and those of {@link FileIo}.
 */
export async function probeConditionalCreate(
  fileIo: FileIo,
  folder: string,
  randomUuid: () => string,
  options?: OperationOptions,
): Promise<void> {
  // Hadoop and Spark ignore names that begin with a dot.
  const location = joinLocation(folder, `.salon-probe-${randomUuid()}`);
  const text = new TextEncoder();
  try {
    await fileIo.createExclusive(location, text.encode("first"), options);
    const second = await fileIo.createExclusive(location, text.encode("second"), options);
    const kept = new TextDecoder().decode(await fileIo.read(location, options));
    if (second === "exists" && kept === "first") return;
    throw new IcebergError(
      "CONDITIONAL_CREATE_UNSUPPORTED",
      `the store of ${folder} does not honour If-None-Match: two writers could commit the same ` +
        "version of a table; use a store that does, or a REST catalog",
      { context: { folder } },
    );
  } finally {
    // Quietly: what it was to prove is proven or refuted, and readers ignore the name.
    await fileIo.delete(location).catch(() => undefined);
  }
}

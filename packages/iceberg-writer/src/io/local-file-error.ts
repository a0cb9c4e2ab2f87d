import { IcebergError } from "../iceberg-error.ts";
import type { IcebergErrorCode } from "../iceberg-error.ts";

const codes: Readonly<Record<string, { readonly code: IcebergErrorCode; readonly what: string }>> =
  {
    ENOENT: { code: "FILE_NOT_FOUND", what: "no such file" },
    EISDIR: { code: "FILE_NOT_FOUND", what: "it is a folder" },
    ENOSPC: { code: "STORAGE_FULL", what: "the disk is full" },
    EDQUOT: { code: "STORAGE_FULL", what: "the disk quota is used up" },
    EACCES: { code: "ACCESS_DENIED", what: "permission denied" },
    EPERM: { code: "ACCESS_DENIED", what: "operation not permitted" },
    EROFS: { code: "ACCESS_DENIED", what: "the file system is read-only" },
  };

const passing = new Set(["EMFILE", "ENFILE", "EIO", "ETIMEDOUT", "ESTALE", "EBUSY", "EAGAIN"]);

/** What an error of `node:fs` means to a caller; any other error is given back as it is. */
export function localFileError(cause: unknown, verb: string, path: string): unknown {
  const errno = errnoOf(cause);
  if (errno === "" || cause instanceof IcebergError) return cause;
  const known = codes[errno];
  return new IcebergError(
    known?.code ?? "STORAGE_UNAVAILABLE",
    `cannot ${verb} ${path}: ${known?.what ?? errno}`,
    { context: { path, errno }, cause, retryable: passing.has(errno) },
  );
}

/** The `code` of a system error, `""` for anything else. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}

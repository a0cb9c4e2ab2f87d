import { IcebergError } from "../iceberg-error.ts";
import { certificateFault } from "./certificate-fault.ts";
import { parseLocation } from "./location.ts";

/** What is known of the call that failed. */
export interface S3Call {
  readonly verb: string;
  readonly location: string;
  /** For messages: where the store is. */
  readonly endpoint: string;
}

/** The HTTP status that the store answered with; undefined when there was no answer. */
export function s3Status(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const metadata = error.$metadata;
  return typeof metadata === "object" &&
    metadata !== null &&
    "httpStatusCode" in metadata &&
    typeof metadata.httpStatusCode === "number"
    ? metadata.httpStatusCode
    : undefined;
}

/** The store's or the system's name for an error: `NoSuchKey`, `ECONNREFUSED`, … */
export function s3ErrorName(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error instanceof AggregateError && error.errors.length > 0) {
    return s3ErrorName(error.errors[0]);
  }
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

const missing = new Set(["NoSuchKey", "NotFound"]);
const denied = new Set([
  "AccessDenied",
  "Forbidden",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "CredentialsProviderError",
]);
/** What stores say of credentials whose time is over; the answer to a HEAD has no words. */
const outdated = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidToken",
  "InvalidTokenId",
  "InvalidAccessKeyId",
  "TokenRefreshRequired",
  "Forbidden",
  "403",
]);
const full = new Set(["XMinioStorageFull", "InsufficientStorage", "QuotaExceeded"]);
const settings = new Set([
  "InvalidBucketName",
  "PermanentRedirect",
  "AuthorizationHeaderMalformed",
]);

/** Whether other credentials may help. */
export function isOutdatedCredentials(error: unknown): boolean {
  return outdated.has(s3ErrorName(error));
}

/** What an error of the S3 client means to a caller; an abort is given back as it is. */
export function s3Error(cause: unknown, call: S3Call): unknown {
  if (cause instanceof IcebergError || (cause instanceof Error && cause.name === "AbortError")) {
    return cause;
  }
  const { verb, location, endpoint } = call;
  const name = s3ErrorName(cause);
  const status = s3Status(cause);
  const told = cause instanceof Error ? cause.message : String(cause);
  const context = { location, endpoint, status, name };
  if (name === "NoSuchBucket") {
    const bucket = parseLocation(location).authority;
    return new IcebergError(
      "STORAGE_UNAVAILABLE",
      `cannot ${verb} ${location}: there is no bucket "${bucket}" at ${endpoint}`,
      { context: { ...context, bucket }, cause },
    );
  }
  if (missing.has(name) || (status === 404 && name !== "NoSuchUpload")) {
    return new IcebergError("FILE_NOT_FOUND", `cannot ${verb} ${location}: no such object`, {
      context,
      cause,
    });
  }
  if (full.has(name) || status === 507) {
    return new IcebergError("STORAGE_FULL", `cannot ${verb} ${location}: the store is full`, {
      context,
      cause,
    });
  }
  const distrust = certificateFault(cause);
  if (distrust !== undefined) {
    return new IcebergError(
      "ACCESS_DENIED",
      `cannot ${verb} ${location} at ${endpoint}: ${distrust}`,
      { context, cause },
    );
  }
  if (denied.has(name) || status === 401 || status === 403) {
    // Only the client's own errors say more, as where it looked for a key.
    const why = name === "CredentialsProviderError" ? told : name;
    return new IcebergError(
      "ACCESS_DENIED",
      `cannot ${verb} ${location} at ${endpoint}: access denied (${why})`,
      { context, cause },
    );
  }
  if (/region is missing/iu.test(told)) {
    return new IcebergError(
      "SETTINGS_INVALID",
      `cannot ${verb} ${location}: no region is set; give client.region, or s3.endpoint for a ` +
        "store that is not AWS",
      { context, cause },
    );
  }
  if (settings.has(name)) {
    return new IcebergError("SETTINGS_INVALID", `cannot ${verb} ${location}: ${told}`, {
      context,
      cause,
    });
  }
  // No answer, throttling and server errors pass; any other refusal comes again.
  const retryable = status === undefined || status >= 500 || status === 429 || status === 408;
  return new IcebergError(
    "STORAGE_UNAVAILABLE",
    `cannot ${verb} ${location} at ${endpoint}: ${name === told ? name : `${name}: ${told}`}`,
    { context, cause, retryable },
  );
}

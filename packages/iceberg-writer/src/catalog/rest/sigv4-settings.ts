import { IcebergError } from "../../iceberg-error.ts";
import type { S3Credentials } from "../../io/s3-settings.ts";
import type { Properties } from "./rest-settings.ts";

/** How to sign requests for AWS; plain data. */
export interface SigV4Settings {
  readonly region: string;
  /** The service that is asked, as AWS names it for signatures. */
  readonly name: string;
  /** Absent: the AWS SDK's default chain. */
  readonly credentials?: S3Credentials;
}

/**
 * Reads `rest.signing-region` (by default `client.region`), `rest.signing-name` (by default
 * `execute-api`), `rest.access-key-id`, `rest.secret-access-key` and `rest.session-token`.
 *
 * Errors: `SETTINGS_INVALID`.
 */
export function sigV4SettingsOf(properties: Properties): SigV4Settings {
  const region = properties["rest.signing-region"] ?? properties["client.region"];
  if (region === undefined || region === "") {
    throw new IcebergError("SETTINGS_INVALID", "AWS signatures need rest.signing-region");
  }
  const credentials = signingKey(properties);
  return {
    region,
    name: properties["rest.signing-name"] ?? "execute-api",
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function signingKey(properties: Properties): S3Credentials | undefined {
  const accessKeyId = properties["rest.access-key-id"];
  const secretAccessKey = properties["rest.secret-access-key"];
  const sessionToken = properties["rest.session-token"];
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new IcebergError(
      "SETTINGS_INVALID",
      "rest.access-key-id and rest.secret-access-key belong together, but one is missing",
    );
  }
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

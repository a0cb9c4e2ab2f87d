import { IcebergError } from "../iceberg-error.ts";

/** A key of a store, for a time where it has a session token. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How to reach an S3 store; what is absent comes from the SDK's own default chain. */
export interface S3Settings {
  readonly endpoint?: string;
  readonly region?: string;
  readonly pathStyleAccess: boolean;
  readonly credentials?: S3Credentials;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** Iceberg's name first, then the names of PyIceberg's unified settings and of Hadoop's S3A. */
const names = {
  endpoint: ["s3.endpoint", "fs.s3a.endpoint"],
  region: ["s3.region", "client.region", "fs.s3a.endpoint.region"],
  pathStyleAccess: ["s3.path-style-access", "fs.s3a.path.style.access"],
  accessKeyId: ["s3.access-key-id", "client.access-key-id", "fs.s3a.access.key"],
  secretAccessKey: ["s3.secret-access-key", "client.secret-access-key", "fs.s3a.secret.key"],
  sessionToken: ["s3.session-token", "client.session-token", "fs.s3a.session.token"],
  connectTimeout: ["s3.connect-timeout"],
  requestTimeout: ["s3.request-timeout"],
  tls: ["fs.s3a.connection.ssl.enabled"],
} as const;

/**
 * Reads the properties of a Spark or PyIceberg catalog; `spark.hadoop.` and `hadoop.` before a
 * name are ignored. Path style is the default where an endpoint is given: only AWS itself always
 * has a name in DNS for every bucket. Time-outs are in seconds, as in PyIceberg.
 *
 * Errors: `SETTINGS_INVALID`.
 */
export function s3SettingsFromProperties(properties: Readonly<Record<string, string>>): S3Settings {
  const value = valueReader(properties);
  const endpoint = endpointUrl(value("endpoint"), value("tls") !== "false");
  // Stores that are not AWS take any region; the SDK does not sign without one.
  const region = value("region") ?? (endpoint === undefined ? undefined : "us-east-1");
  const credentials = s3CredentialsFromProperties(properties);
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    pathStyleAccess:
      value("pathStyleAccess") === undefined
        ? endpoint !== undefined
        : value("pathStyleAccess")?.toLowerCase() === "true",
    connectTimeoutMs: milliseconds("s3.connect-timeout", value("connectTimeout"), 10),
    requestTimeoutMs: milliseconds("s3.request-timeout", value("requestTimeout"), 60),
  };
}

/** The key that the properties hold, if they do. `SETTINGS_INVALID` for a half of one. */
export function s3CredentialsFromProperties(
  properties: Readonly<Record<string, string>>,
): S3Credentials | undefined {
  const value = valueReader(properties);
  const accessKeyId = value("accessKeyId");
  const secretAccessKey = value("secretAccessKey");
  const sessionToken = value("sessionToken");
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new IcebergError(
      "SETTINGS_INVALID",
      "s3.access-key-id and s3.secret-access-key belong together, but one is missing",
    );
  }
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

function valueReader(
  properties: Readonly<Record<string, string>>,
): (name: keyof typeof names) => string | undefined {
  const plain = new Map(
    Object.entries(properties).map(([name, value]) => [
      name.replace(/^(?:spark\.)?hadoop\./u, ""),
      value,
    ]),
  );
  return (name) =>
    names[name].map((alias) => plain.get(alias)).find((text) => text !== undefined && text !== "");
}

function endpointUrl(text: string | undefined, tls: boolean): string | undefined {
  if (text === undefined) return undefined;
  const url = /^https?:\/\//u.test(text) ? text : `${tls ? "https" : "http"}://${text}`;
  if (!URL.canParse(url)) {
    throw new IcebergError("SETTINGS_INVALID", `s3.endpoint "${text}" is not a URL`);
  }
  return url;
}

function milliseconds(name: string, text: string | undefined, defaultSeconds: number): number {
  const seconds = text === undefined ? defaultSeconds : Number(text);
  if (!(seconds > 0)) {
    throw new IcebergError("SETTINGS_INVALID", `${name} "${text}" is not a number of seconds`);
  }
  return Math.ceil(seconds * 1000);
}

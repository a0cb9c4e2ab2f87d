import { describe, expect, it } from "vitest";

import { s3SettingsFromProperties } from "../../src/io/s3-settings.ts";

describe("s3 settings", () => {
  it("reads Iceberg's names", () => {
    expect(
      s3SettingsFromProperties({
        "s3.endpoint": "http://localhost:9000",
        "s3.path-style-access": "true",
        "s3.access-key-id": "admin",
        "s3.secret-access-key": "password",
        "client.region": "eu-central-1",
      }),
    ).toMatchObject({
      endpoint: "http://localhost:9000",
      region: "eu-central-1",
      pathStyleAccess: true,
      credentials: { accessKeyId: "admin", secretAccessKey: "password" },
    });
  });

  it("reads Hadoop's names, as Spark passes them on", () => {
    expect(
      s3SettingsFromProperties({
        "spark.hadoop.fs.s3a.endpoint": "minio:9000",
        "hadoop.fs.s3a.connection.ssl.enabled": "false",
        "fs.s3a.access.key": "a",
        "fs.s3a.secret.key": "b",
        "fs.s3a.path.style.access": "false",
      }),
    ).toMatchObject({
      endpoint: "http://minio:9000",
      region: "us-east-1",
      pathStyleAccess: false,
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
  });

  it("leaves the rest to the SDK's default chain", () => {
    const settings = s3SettingsFromProperties({});
    expect(settings).toEqual({
      pathStyleAccess: false,
      connectTimeoutMs: 10_000,
      requestTimeoutMs: 60_000,
    });
  });

  it("refuses half a pair of credentials without printing it", () => {
    expect(() => s3SettingsFromProperties({ "s3.secret-access-key": "hidden" })).toThrow(
      /^(?!.*hidden).*belong together/u,
    );
  });
});

import { afterEach, describe, expect, it, vi } from "vitest";
import {
  addCatalogOptions,
  addKafkaOptions,
  createCommand,
  describeConfiguration,
  parseCommandLine,
  shownSecrets,
} from "../src/index.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function configuration(...argv: readonly string[]): Record<string, string> {
  const command = createCommand({ name: "test", description: "A test.", version: "1" });
  addKafkaOptions(command);
  addCatalogOptions(command);
  const outcome = parseCommandLine(command, argv, describeConfiguration);
  if (outcome.kind !== "settings") throw new Error(JSON.stringify(outcome));
  return Object.fromEntries(
    outcome.settings.map(({ name, value, source }) => [name, `${value} | ${source}`]),
  );
}

function shown(...argv: readonly string[]): readonly string[] {
  const command = createCommand({ name: "test", description: "A test.", version: "1" });
  addKafkaOptions(command);
  addCatalogOptions(command);
  const outcome = parseCommandLine(command, argv, describeConfiguration);
  return outcome.kind === "settings" ? shownSecrets(outcome.settings) : [];
}

describe("describeConfiguration", () => {
  it("says what is in force and where it is from", () => {
    vi.stubEnv("SALON_TABLE", "from_variable");
    expect(configuration("--topic", "given")).toMatchObject({
      "--topic": "given | command line",
      "--table": "from_variable | environment",
      "--warehouse": "./warehouse | default",
    });
    expect(configuration()).not.toHaveProperty("--sasl-username");
  });

  it("hides every secret, also those in a variable and in a URI", () => {
    vi.stubEnv("SALON_SASL_PASSWORD", "hunter2");
    const properties = [
      "s3.secret-access-key=hunter2",
      "s3.session-token=hunter2,token=hunter2",
      "credential=id:hunter2",
      "header.Authorization=Basic hunter2",
      "jdbc.password=hunter2",
      "uri=postgresql://user:hunter2@db:5432/catalog",
      "other.uri=jdbc:postgresql://db/catalog?user=me&password=hunter2&ssl=true",
      "s3.endpoint=http://localhost:9000",
    ];
    const all = configuration(...properties.map((each) => `--catalog-property=${each}`));
    expect(JSON.stringify(all)).not.toContain("hunter2");
    expect(all["--sasl-password"]).toBe("(hidden) | environment");
    expect(all["--catalog-property"]).toContain("s3.secret-access-key=(hidden)");
    expect(all["--catalog-property"]).toContain("uri=postgresql://(hidden)@db:5432/catalog");
    expect(all["--catalog-property"]).toContain("/catalog?user=me&password=(hidden)&ssl=true");
    expect(all["--catalog-property"]).toContain("s3.endpoint=http://localhost:9000");
  });

  it("tells which flags show a secret in the list of processes", () => {
    vi.stubEnv("SALON_SASL_PASSWORD", "hunter2");
    expect(shown("--sasl-oauth-client-secret=x", "--catalog-property=token=x")).toEqual([
      "--sasl-oauth-client-secret",
      "--catalog-property",
    ]);
    expect(
      shown(
        "--catalog-property=uri=http://a",
        "--catalog-property-file=token=/run/token",
        "--sasl-oauth-token-endpoint=https://t",
        "--sasl-oauth-token-file=/run/token",
      ),
    ).toEqual([]);
    expect(shown("--catalog-property=uri=postgresql://u:p@h/d")).toEqual(["--catalog-property"]);
  });

  it("hides secrets of a repeatable flag in its variable", () => {
    vi.stubEnv("SALON_CATALOG_PROPERTY", "uri=http://a,token=hunter2\ns3.region=b");
    const [value] = (configuration()["--catalog-property"] ?? "").split(" | ");
    expect(value).toBe("uri=http://a, token=(hidden), s3.region=b");
  });
});

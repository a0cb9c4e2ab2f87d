import { describe, expect, it } from "vitest";

import { configuredProperties, storageProperties } from "../../src/catalog/rest-settings.ts";

describe("rest settings", () => {
  it("lie between the server's defaults and its overrides", () => {
    const config = '{"defaults":{"a":"d","b":"d"},"overrides":{"c":"o"}}';
    expect(configuredProperties({ b: "g", c: "g" }, config)).toEqual({ a: "d", b: "g", c: "o" });
    expect(configuredProperties({ b: "g" }, "{}")).toEqual({ b: "g" });
  });

  it("of storage come from the table, the longest prefix of its location winning", () => {
    const answer = {
      config: { "s3.region": "table" },
      "storage-credentials": [
        { prefix: "s3://w/db", config: { "s3.access-key-id": "long" } },
        { prefix: "s3://", config: { "s3.access-key-id": "short" } },
        { prefix: "s3://other", config: { "s3.access-key-id": "other" } },
      ],
    };
    const given = { "s3.region": "catalog", "s3.endpoint": "http://e" };
    expect(storageProperties(given, "s3://w/db/t", answer)).toEqual({
      "s3.endpoint": "http://e",
      "s3.region": "table",
      "s3.access-key-id": "long",
    });
  });
});

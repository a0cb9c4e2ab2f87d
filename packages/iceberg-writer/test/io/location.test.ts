import { describe, expect, it } from "vitest";

import {
  joinLocation,
  locationKey,
  parseLocation,
  stripTrailingSlash,
} from "../../src/io/location.ts";

describe("location", () => {
  it.each([
    ["s3a://warehouse/db/t", "s3a", "warehouse", "/db/t"],
    ["s3://bucket", "s3", "bucket", ""],
    ["file:///tmp/a%20b", "file", "", "/tmp/a%20b"],
    ["file:/tmp/x", "file", "", "/tmp/x"],
    ["/tmp/x", "file", "", "/tmp/x"],
    ["S3://b/k?x#y", "s3", "b", "/k?x#y"],
  ])("takes %s apart without decoding", (location, scheme, authority, path) => {
    expect(parseLocation(location)).toEqual({ scheme, authority, path });
  });

  it("refuses a relative path", () => {
    expect(() => parseLocation("warehouse/db")).toThrow(/warehouse\/db/u);
  });

  it("gives all spellings of one file the same key", () => {
    expect(locationKey("file:/tmp/x")).toBe(locationKey("file:///tmp/x"));
    expect(locationKey("/tmp/x")).toBe(locationKey("file:///tmp/x"));
    expect(locationKey("s3a://b/x")).toBe(locationKey("s3://b/x"));
    expect(locationKey("s3://b/x")).not.toBe(locationKey("s3://c/x"));
  });

  it("joins with one slash", () => {
    expect(joinLocation("s3a://w/", "db", "", "t")).toBe("s3a://w/db/t");
    expect(joinLocation("file:///", "t")).toBe("file:///t");
    expect(stripTrailingSlash("s3://b//")).toBe("s3://b");
  });
});

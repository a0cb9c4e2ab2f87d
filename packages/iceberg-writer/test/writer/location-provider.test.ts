import { expect, test } from "vitest";
import { createLocationProvider } from "../../src/writer/location-provider.ts";

function locate(properties: Record<string, string>, partitionPath = "day=1"): string {
  const provider = createLocationProvider({ location: "s3a://bucket/db/table/", properties });
  return provider.newDataLocation(partitionPath, "a.parquet");
}

test("puts files under the table's data folder, or where the table says", () => {
  expect(locate({})).toBe("s3a://bucket/db/table/data/day=1/a.parquet");
  expect(locate({}, "")).toBe("s3a://bucket/db/table/data/a.parquet");
  expect(locate({ "write.data.path": "s3://other/x/" })).toBe("s3://other/x/day=1/a.parquet");
});

// As PyIceberg's ObjectStoreLocationProvider places these names.
test.each([
  ["a", "0101/0110/1001/10110010"],
  ["b", "1110/0111/1110/00000011"],
  ["c", "0010/1101/0110/01011111"],
])("spreads the file %s by a hash of its name", (name, folders) => {
  const spread = { "write.object-storage.enabled": "true" };
  const flat = { ...spread, "write.object-storage.partitioned-paths": "false" };
  const locateFile = (properties: Record<string, string>, partitionPath: string): string =>
    createLocationProvider({ location: "s3://t", properties }).newDataLocation(partitionPath, name);
  expect(locateFile(spread, "")).toBe(`s3://t/data/${folders}/${name}`);
  expect(locateFile(flat, "day=1")).toBe(`s3://t/data/${folders}-${name}`);
});

test("takes true and false in any case, as Java's parser of booleans does", () => {
  const folders = "0101/0110/1001/10110010";
  const provider = createLocationProvider({
    location: "s3://t",
    properties: {
      "write.object-storage.enabled": "TRUE",
      "write.object-storage.partitioned-paths": "False",
    },
  });
  expect(provider.newDataLocation("day=1", "a")).toBe(`s3://t/data/${folders}-a`);
});

test("hashes the partition's folders with the name", () => {
  const location = locate({ "write.object-storage.enabled": "true" });
  expect(location).toMatch(
    /^s3a:\/\/bucket\/db\/table\/data\/[01]{4}\/[01]{4}\/[01]{4}\/[01]{8}\/day=1\/a\.parquet$/,
  );
});

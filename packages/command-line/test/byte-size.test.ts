import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatByteSize, parseByteSize } from "../src/byte-size.ts";

describe("parseByteSize", () => {
  it.each([
    ["4096", 4_096],
    ["1B", 1],
    ["64MB", 64_000_000],
    ["2kB", 2_000],
    ["128MiB", 134_217_728],
    ["128 MiB", 134_217_728],
    ["1.5GiB", 1_610_612_736],
  ])("takes %s", (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each(["", "MiB", "-1", "1.5", "0.3KiB", "12mib", "12 bytes", "1iB", "9999999TiB"])(
    "refuses %j",
    (text) => {
      expect(() => parseByteSize(text)).toThrow(expect.objectContaining({ code: "USAGE_INVALID" }));
    },
  );

  it("reads back what formatByteSize writes", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 50 }), (bytes) => {
        expect(parseByteSize(formatByteSize(bytes))).toBe(bytes);
      }),
    );
  });
});

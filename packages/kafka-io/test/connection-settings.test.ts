import { describe, expect, test } from "vitest";
import { parseBootstrapServers } from "../src/port/connection-settings.ts";

describe("parseBootstrapServers", () => {
  test("names, IPv4 and IPv6 addresses", () => {
    expect(parseBootstrapServers(["localhost:29092", "10.0.0.1:9092", "[::1]:9092"])).toEqual([
      { host: "localhost", port: 29_092 },
      { host: "10.0.0.1", port: 9092 },
      { host: "::1", port: 9092 },
    ]);
  });

  test.each([
    "",
    "localhost",
    "localhost:",
    ":9092",
    "::1:9092",
    "a b:1",
    "host:0",
    "host:65536",
    "host:1x",
    "http://host:9092",
  ])("refuses %j, naming it", (server) => {
    expect(() => parseBootstrapServers(["ok:1", server])).toThrow(
      expect.objectContaining({
        code: "SETTINGS_INVALID",
        message: expect.stringContaining(`"${server}"`),
      }),
    );
  });

  test("refuses an empty list", () => {
    expect(() => parseBootstrapServers([])).toThrow(
      expect.objectContaining({ code: "SETTINGS_INVALID" }),
    );
  });
});

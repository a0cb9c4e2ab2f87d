import { describe, expect, it } from "vitest";

import { readCatalogConfig } from "../../../src/catalog/rest/catalog-config.ts";
import {
  catalogPlace,
  keptTablesSettingsOf,
  restSettingsOf,
} from "../../../src/catalog/rest/rest-settings.ts";

describe("rest settings", () => {
  it("lie between the server's defaults and its overrides", () => {
    const config = '{"defaults":{"a":"d","b":"d"},"overrides":{"c":"o"}}';
    const { properties } = readCatalogConfig({ b: "g", c: "g" }, config);
    expect(properties).toEqual({ a: "d", b: "g", c: "o" });
    expect(readCatalogConfig({ b: "g" }, "{}").properties).toEqual({ b: "g" });
  });

  it("ask for vended credentials unless a header says otherwise", () => {
    const uri = "http://c/api/";
    expect(restSettingsOf({ uri })).toEqual({
      uri: "http://c/api",
      headers: { "x-iceberg-access-delegation": "vended-credentials" },
      timeoutMs: 60_000,
    });
    const header = { "header.X-Iceberg-Access-Delegation": "remote-signing" };
    expect(restSettingsOf({ uri, ...header }).headers).toEqual({
      "x-iceberg-access-delegation": "remote-signing",
    });
  });

  it.each([
    [{}, /uri ""/u],
    [{ uri: "catalog" }, /uri "catalog"/u],
    [{ uri: "http://c", "rest.client.socket-timeout-ms": "1 s" }, /socket-timeout-ms "1 s"/u],
    [{ uri: "http://c", "rest.client.socket-timeout-ms": "0" }, /socket-timeout-ms "0"/u],
  ])("refuse %o", (properties, message) => {
    expect(() => restSettingsOf(properties)).toThrow(message);
  });

  it("are named without the password and the query that a uri may have", () => {
    expect(catalogPlace("http://me:secret@c:81/api/?key=secret")).toBe("catalog http://c:81/api");
    const uri = "http://me:se/cr@et@c:port";
    expect(() => restSettingsOf({ uri })).toThrow('uri "http://…@c:port" of the REST catalog');
  });

  it("say how many tables are kept, and how long, under the names of Iceberg Java", () => {
    expect(keptTablesSettingsOf({})).toEqual({ tablesMax: 10, ageMaxMs: 300_000 });
    const [entries, age] = [
      "rest-table-cache.max-entries",
      "rest-table-cache.expire-after-write-ms",
    ];
    const given = { [entries]: "0", [age]: "1" };
    expect(keptTablesSettingsOf(given)).toEqual({ tablesMax: 0, ageMaxMs: 1 });
    for (const wrong of [
      { [entries]: "-1" },
      { [entries]: "" },
      { [age]: "0" },
      { [age]: "1.5" },
    ]) {
      expect(() => keptTablesSettingsOf(wrong)).toThrow(
        expect.objectContaining({ code: "SETTINGS_INVALID" }),
      );
    }
  });
});

import { describe, expect, it } from "vitest";

import type { CatalogTable } from "../../../src/catalog/catalog.ts";
import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { newTableMetadata } from "../../../src/spec/new-table-metadata.ts";
import { serializeTableMetadata } from "../../../src/spec/table-metadata-json.ts";
import { snapshotCommit } from "../describe-catalog.ts";
import { fetchFrom } from "./fake-server.ts";

const identifier = { namespace: ["db"], name: "t" };
const minute = 60_000;

/** What the server says to the next request; the table that it tells of has a version. */
interface Answer {
  readonly status?: number;
  readonly etag?: string;
  readonly coding?: string;
  readonly version?: number;
  readonly config?: Readonly<Record<string, string>>;
}

const TOLD = { etag: '"1"', version: 1 };
const NOT_MODIFIED = { status: 304 };

function bodyOf({ version = 0, config = {} }: Answer): string {
  const metadata = newTableMetadata(
    {
      schema: { schemaId: 0, fields: [] },
      location: "s3://w/db/t",
      properties: { version: String(version) },
    },
    { uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1", nowMs: 1000 },
  );
  return JSON.stringify({ config }).replace(
    "}}",
    `},"metadata":${serializeTableMetadata(metadata)}}`,
  );
}

/**
 * A catalog whose server gives these answers one after the other, a broken connection where one is
 * an error; `asked` are the tags that its requests named, `none` where one named none.
 */
async function open(
  answers: readonly (Answer | Error)[],
  settings: Readonly<Record<string, string>> = {},
  config = "{}",
) {
  const asked: string[] = [];
  const clock = { nowMs: 0 };
  const left = [...answers];
  const fetch = fetchFrom(({ path, headers }) => {
    if (path.startsWith("/v1/config")) return new Response(config);
    asked.push(headers.get("if-none-match") ?? "none");
    const answer = left.shift();
    if (answer === undefined) throw new Error(`unexpected request for ${path}`);
    if (answer instanceof Error) throw answer;
    const { status = 200, etag, coding } = answer;
    return new Response(status === 200 ? bodyOf(answer) : null, {
      status,
      headers: {
        ...(etag === undefined ? {} : { ETag: etag }),
        ...(coding === undefined ? {} : { "Content-Encoding": coding }),
      },
    });
  });
  const given = { type: "rest", uri: "http://catalog", ...settings };
  const catalog = await openCatalog(given, { fetch, nowMs: () => clock.nowMs });
  return { catalog, asked, clock };
}

const versionOf = ({ metadata }: CatalogTable): number => Number(metadata.properties["version"]);

describe("a table that was loaded before", () => {
  it("is asked for by its tag, and is the same where the server says so", async () => {
    const { catalog, asked } = await open([TOLD, NOT_MODIFIED, { ...NOT_MODIFIED, etag: '"1"' }]);
    const first = await catalog.loadTable(identifier);
    expect(await catalog.loadTable(identifier)).toBe(first);
    expect(await catalog.loadTable(identifier)).toBe(first);
    expect(asked).toEqual(["none", '"1"', '"1"']);
  });

  it("is another one under another tag where it has changed", async () => {
    const { catalog, asked } = await open([TOLD, { etag: '"2"', version: 2 }, NOT_MODIFIED]);
    await catalog.loadTable(identifier);
    const second = await catalog.loadTable(identifier);
    expect(versionOf(second)).toBe(2);
    expect(await catalog.loadTable(identifier)).toBe(second);
    expect(asked).toEqual(["none", '"1"', '"2"']);
  });

  it("is loaded whole from a server without tags", async () => {
    const { catalog, asked } = await open([TOLD, { version: 2 }, { version: 3 }]);
    await catalog.loadTable(identifier);
    expect(versionOf(await catalog.loadTable(identifier))).toBe(2);
    expect(versionOf(await catalog.loadTable(identifier))).toBe(3);
    expect(asked).toEqual(["none", '"1"', "none"]);
  });

  it("is known from its creation", async () => {
    const { catalog, asked } = await open([TOLD, NOT_MODIFIED]);
    const created = await catalog.createTable(identifier, { schema: { schemaId: 0, fields: [] } });
    expect(await catalog.loadTable(identifier)).toBe(created);
    expect(asked).toEqual(["none", '"1"']);
  });

  it("is asked for by a weak tag as well, which may have become weak on its way", async () => {
    const { catalog, asked } = await open([
      { ...TOLD, etag: 'W/"1"' },
      { ...NOT_MODIFIED, etag: '"1"' },
      NOT_MODIFIED,
    ]);
    const first = await catalog.loadTable(identifier);
    expect(await catalog.loadTable(identifier)).toBe(first);
    expect(await catalog.loadTable(identifier)).toBe(first);
    expect(asked).toEqual(["none", 'W/"1"', 'W/"1"']);
  });

  it.each([
    ["Jetty", '"1--gzip"', '"1"'],
    ["Apache httpd", 'W/"1-gzip"', 'W/"1"'],
    ["the reference server", "1--gzip", "1"],
  ])("is asked for by the tag from before %s compressed it", async (_, etag, plain) => {
    const { catalog, asked } = await open([
      { ...TOLD, etag, coding: "gzip" },
      { ...NOT_MODIFIED, etag },
      { ...TOLD, etag: '"2-gzip"' },
      { ...NOT_MODIFIED, etag: '"2-gzip"' },
    ]);
    const first = await catalog.loadTable(identifier);
    expect(await catalog.loadTable(identifier)).toBe(first);
    const second = await catalog.loadTable(identifier);
    expect(await catalog.loadTable(identifier)).toBe(second);
    expect(asked).toEqual(["none", plain, plain, '"2-gzip"']);
  });

  it("is loaded whole where the answer is about another version", async () => {
    const { catalog, asked } = await open([TOLD, { ...NOT_MODIFIED, etag: '"2"' }, { version: 2 }]);
    await catalog.loadTable(identifier);
    expect(versionOf(await catalog.loadTable(identifier))).toBe(2);
    expect(asked).toEqual(["none", '"1"', "none"]);
  });

  it.each([
    ["matches any version", "*"],
    ["is a list", '"1", "2"'],
    ["is a list without quotes", "1,2"],
    ["has no end", '"1'],
    ["has a space", "1 2"],
    ["is empty", '""'],
    ["is huge", `"${"1".repeat(300)}"`],
    ["is not ASCII", '"\u00E4"'],
  ])("is loaded whole where its tag %s", async (_, etag) => {
    const { catalog, asked } = await open([{ etag, version: 1 }, { version: 2 }]);
    await catalog.loadTable(identifier);
    expect(versionOf(await catalog.loadTable(identifier))).toBe(2);
    expect(asked).toEqual(["none", "none"]);
  });

  it.each([
    ["that fails", { status: 503 }, "CATALOG_UNAVAILABLE"],
    ["that is refused", { status: 403 }, "CATALOG_UNAUTHORIZED"],
    ["that finds none", { status: 404 }, "TABLE_NOT_FOUND"],
    ["without an answer", new TypeError("fetch failed"), "CATALOG_UNAVAILABLE"],
  ])("is loaded whole after a request %s", async (_, answer, code) => {
    const noViews = '{"endpoints":["GET /v1/{prefix}/namespaces"]}';
    const { catalog, asked } = await open([TOLD, answer, TOLD], {}, noViews);
    await catalog.loadTable(identifier);
    await expect(catalog.loadTable(identifier)).rejects.toMatchObject({ code });
    expect(versionOf(await catalog.loadTable(identifier))).toBe(1);
    expect(asked).toEqual(["none", '"1"', "none"]);
  });

  it("is loaded whole where its configuration is of five minutes ago", async () => {
    const { catalog, asked, clock } = await open([TOLD, NOT_MODIFIED, TOLD, NOT_MODIFIED]);
    await catalog.loadTable(identifier);
    clock.nowMs = 5 * minute - 1;
    await catalog.loadTable(identifier);
    clock.nowMs += 1;
    await catalog.loadTable(identifier);
    clock.nowMs += 1;
    await catalog.loadTable(identifier);
    expect(asked).toEqual(["none", '"1"', "none", '"1"']);
  });

  it("is loaded whole where it was told later than now", async () => {
    const { catalog, asked, clock } = await open([TOLD, TOLD]);
    await catalog.loadTable(identifier);
    clock.nowMs = -1;
    await catalog.loadTable(identifier);
    expect(asked).toEqual(["none", "none"]);
  });

  it("is the one that was asked about, whatever else came meanwhile", async () => {
    const { catalog, asked } = await open([TOLD, NOT_MODIFIED, { etag: '"2"', version: 2 }, TOLD]);
    await catalog.loadTable(identifier);
    const loads = [catalog.loadTable(identifier), catalog.loadTable(identifier)];
    expect((await Promise.all(loads)).map(versionOf)).toEqual([1, 2]);
    expect(asked).toEqual(["none", '"1"', "none"]);
  });

  it("is no other table, nor one of another catalog", async () => {
    const { catalog, asked } = await open([TOLD, TOLD, NOT_MODIFIED]);
    await catalog.loadTable(identifier);
    await catalog.loadTable({ namespace: ["db"], name: "u" });
    await catalog.loadTable(identifier);
    expect(asked).toEqual(["none", "none", '"1"']);
    const other = await open([TOLD], { prefix: "other" });
    await other.catalog.loadTable(identifier);
    expect(other.asked).toEqual(["none"]);
  });

  it("is kept among as many as the settings say", async () => {
    const tables = ["a", "b", "c"].map((name) => ({ namespace: ["db"], name }));
    const settings = { "rest-table-cache.max-entries": "2" };
    const { catalog, asked } = await open([TOLD, TOLD, TOLD, NOT_MODIFIED, TOLD], settings);
    for (const table of tables) await catalog.loadTable(table);
    await catalog.loadTable({ namespace: ["db"], name: "b" });
    await catalog.loadTable({ namespace: ["db"], name: "a" });
    expect(asked).toEqual(["none", "none", "none", '"1"', "none"]);
    const none = await open([TOLD, TOLD], { "rest-table-cache.max-entries": "0" });
    await none.catalog.loadTable(identifier);
    await none.catalog.loadTable(identifier);
    expect(none.asked).toEqual(["none", "none"]);
  });

  it("is asked for by no tag where the server says that it keeps none for its clients", async () => {
    const config = '{"overrides":{"rest-table-cache.max-entries":"0"}}';
    const { catalog, asked } = await open([TOLD, TOLD], {}, config);
    await catalog.loadTable(identifier);
    await catalog.loadTable(identifier);
    expect(asked).toEqual(["none", "none"]);
  });

  it("that is not modified without having been asked about is no table", async () => {
    const { catalog } = await open([NOT_MODIFIED]);
    await expect(catalog.loadTable(identifier)).rejects.toMatchObject({
      code: "CATALOG_UNAVAILABLE",
      retryable: false,
    });
  });

  it("is kept no more when it was dropped", async () => {
    const { catalog, asked } = await open([TOLD, { status: 204 }, TOLD]);
    await catalog.loadTable(identifier);
    await catalog.dropTable(identifier);
    await catalog.loadTable(identifier);
    expect(asked).toEqual(["none", "none", "none"]);
  });
});

describe("a table after a commit", () => {
  const COMMITTED = { etag: '"2"', version: 2 };

  it("is asked for by the tag of the commit's answer, and is what that said", async () => {
    const { catalog, asked } = await open([TOLD, COMMITTED, NOT_MODIFIED]);
    const table = await catalog.loadTable(identifier);
    const outcome = await catalog.commitTable(table, snapshotCommit(table, 7n));
    if (outcome.kind !== "committed") throw new Error(outcome.kind);
    expect(versionOf(outcome.table)).toBe(2);
    expect(await catalog.loadTable(identifier)).toBe(outcome.table);
    expect(asked).toEqual(["none", "none", '"2"']);
  });

  it.each<[string, Answer | Error]>([
    ["has no tag", { version: 2 }],
    ["has the tag from before", { etag: '"1"', version: 2 }],
    ["is a conflict", { status: 409, etag: '"2"' }],
    ["is a failed precondition", { status: 412, etag: '"2"' }],
    ["is a refusal", { status: 403 }],
    ["leaves it open", { status: 500 }],
    ["is without metadata", { status: 204, etag: '"2"' }],
    ["never came", new TypeError("fetch failed")],
  ])("is loaded whole where the commit's answer %s", async (_, answer) => {
    const { catalog, asked } = await open([TOLD, answer, COMMITTED]);
    const table = await catalog.loadTable(identifier);
    await catalog.commitTable(table, snapshotCommit(table, 7n)).catch(() => undefined);
    expect(versionOf(await catalog.loadTable(identifier))).toBe(2);
    expect(asked).toEqual(["none", "none", "none"]);
  });

  it("is loaded whole where the answer came to the second one under its key", async () => {
    const { catalog, asked } = await open(
      [TOLD, new TypeError("fetch failed"), COMMITTED, COMMITTED],
      {},
      '{"idempotency-key-lifetime":"PT30M"}',
    );
    const table = await catalog.loadTable(identifier);
    const outcome = await catalog.commitTable(table, snapshotCommit(table, 7n));
    expect(outcome.kind).toBe("committed");
    await catalog.loadTable(identifier);
    expect(asked).toEqual(["none", "none", "none", "none"]);
  });

  it("is loaded whole in time for its configuration, however many commits there are", async () => {
    const { catalog, asked, clock } = await open([TOLD, COMMITTED, TOLD, NOT_MODIFIED]);
    const table = await catalog.loadTable(identifier);
    clock.nowMs = 4 * minute;
    await catalog.commitTable(table, snapshotCommit(table, 7n));
    clock.nowMs = 5 * minute;
    await catalog.loadTable(identifier);
    clock.nowMs = 9 * minute;
    await catalog.loadTable(identifier);
    expect(asked).toEqual(["none", "none", "none", '"1"']);
  });

  it("is loaded whole where its base had another storage than the one that was told since", async () => {
    const there = { ...TOLD, config: { "s3.region": "there" } };
    const { catalog, asked } = await open([TOLD, there, COMMITTED, there, NOT_MODIFIED]);
    const base = await catalog.loadTable(identifier);
    const moved = await catalog.loadTable(identifier);
    expect(moved.fileIo).not.toBe(base.fileIo);
    await catalog.commitTable(base, snapshotCommit(base, 7n));
    const loaded = await catalog.loadTable(identifier);
    expect(loaded.fileIo).toBe(moved.fileIo);
    expect(await catalog.loadTable(identifier)).toBe(loaded);
    expect(asked).toEqual(["none", '"1"', "none", "none", '"1"']);
  });
});

import { fuzzBytes } from "@salon/testkit";
import { describe, expect, test } from "vitest";
import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { IcebergError } from "../../../src/iceberg-error.ts";
import { newTableMetadata } from "../../../src/spec/new-table-metadata.ts";
import { serializeTableMetadata } from "../../../src/spec/table-metadata-json.ts";
import { fetchFrom } from "./fake-server.ts";

const identifier = { namespace: ["a"], name: "t" };
const metadata = newTableMetadata(
  {
    schema: {
      schemaId: 0,
      fields: [
        { id: 1, name: "id", required: true, type: { kind: "long" } },
        { id: 2, name: "text", required: false, type: { kind: "string" } },
      ],
    },
    location: "s3://w/a/t",
  },
  { uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1", nowMs: 1000 },
);

function loadedTable(json: string = serializeTableMetadata(metadata)): string {
  return `{"metadata-location":"s3://w/a/t/metadata/0.json","metadata":${json},"config":{"s3.region":"x"}}`;
}

const CONFIG =
  '{"defaults":{"rest.x":"1"},"overrides":{},"endpoints":["GET /v1/{prefix}/namespaces"]}';
const LISTING = '{"identifiers":[{"namespace":["a"],"name":"t"}]}';
const FAILURE = '{"error":{"message":"none","type":"NoSuchTableException","code":404}}';

interface Answers {
  readonly config?: string;
  readonly table?: string;
  readonly tables?: string;
  readonly status?: number;
}

/** Opens the catalog, lists and loads; only the package's own error may come of any answer. */
async function use({ config = CONFIG, table, tables, status = 200 }: Answers): Promise<void> {
  const fetch = fetchFrom(({ path }) => {
    if (path.startsWith("/v1/config")) return new Response(config);
    const body = path.includes("/tables/") ? (table ?? loadedTable()) : (tables ?? LISTING);
    return new Response(body, { status });
  });
  try {
    await using catalog = await openCatalog({ type: "rest", uri: "http://catalog" }, { fetch });
    await catalog.listTables(["a"]);
    await catalog.loadTable(identifier);
  } catch (error) {
    if (!(error instanceof IcebergError)) throw error;
  }
}

describe("answers of a catalog that are nearly right are taken, or refused by the own error", () => {
  test.each<[string, string, (body: string) => Answers]>([
    ["configuration", CONFIG, (config) => ({ config })],
    ["a table", loadedTable(), (table) => ({ table })],
    ["a listing", LISTING, (tables) => ({ tables })],
    ["a failure", FAILURE, (table) => ({ table, tables: table, status: 404 })],
  ])("%s", async (_what, text, answersOf) => {
    const samples = [Buffer.from(text)];
    expect(
      await fuzzBytes({
        samples,
        rounds: 1_500,
        check: (bytes) => use(answersOf(bytes.toString())),
      }),
    ).toBeGreaterThan(0);
  });
});

const DEPTH = 50_000;

/** The table with another type for its text. */
const schema = (type: string): string =>
  loadedTable(serializeTableMetadata(metadata).replace('"string"', type));

describe("an answer that means harm is refused by the own error", () => {
  test.each<[string, Answers]>([
    ["arrays within arrays", { table: "[".repeat(DEPTH) + "]".repeat(DEPTH) }],
    ["objects within objects", { config: '{"defaults":'.repeat(DEPTH) + "1" + "}".repeat(DEPTH) }],
    [
      "with a long integer",
      { table: `{"a":1234567890123456789,"b":${"[".repeat(DEPTH)}1${"]".repeat(DEPTH)}}` },
    ],
    [
      "types within types",
      {
        table: schema(
          '{"type":"list","element-id":3,"element-required":false,"element":'.repeat(DEPTH) +
            '"int"' +
            "}".repeat(DEPTH),
        ),
      },
    ],
    [
      "a name that objects have",
      { config: '{"defaults":{"__proto__":"x"},"overrides":{"constructor":"y"}}' },
    ],
  ])("%s", async (_what, answers) => {
    await use(answers);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test("an answer without end", async () => {
    let sent = 0;
    const part = new Uint8Array(16 * 1024 * 1024).fill(0x20);
    const fetch = fetchFrom(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              sent += part.length;
              controller.enqueue(part);
            },
          }),
        ),
    );
    await expect(openCatalog({ type: "rest", uri: "http://catalog" }, { fetch })).rejects.toThrow(
      expect.objectContaining({
        code: "CATALOG_UNAVAILABLE",
        message: expect.stringContaining("more than 268435456 bytes"),
      }),
    );
    expect(sent).toBeLessThan(300 * 1024 * 1024);
  });
});

import { describe, expect, it } from "vitest";

import { openCatalog } from "../../../src/catalog/open-catalog.ts";
import { durationMs, timeOrderedUuid } from "../../../src/catalog/rest/idempotency.ts";
import { newTableMetadata } from "../../../src/spec/new-table-metadata.ts";
import { serializeTableMetadata } from "../../../src/spec/table-metadata-json.ts";
import { snapshotCommit } from "../describe-catalog.ts";
import { fetchFrom } from "./fake-server.ts";
import type { SeenRequest } from "./fake-server.ts";

const identifier = { namespace: ["db"], name: "t" };
const metadata = newTableMetadata(
  { schema: { schemaId: 0, fields: [] }, location: "s3://w/db/t" },
  { uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1", nowMs: 1000 },
);
const loaded = `{"metadata":${serializeTableMetadata(metadata)}}`;

interface Circumstances {
  readonly config?: string;
  /**
   * What becomes of the answers to the changes, in order; an answer is given where it is absent.
   */
  readonly lost?: readonly (number | "connection" | undefined)[];
  /** What the server says to a request that it applies. */
  readonly answer?: (request: SeenRequest) => Response;
  /** Milliseconds that the server takes. */
  readonly delayMs?: number;
}

/** A server that applies a change once for each key, and whose answers get lost. */
async function open({ config, lost = [], answer, delayMs = 0 }: Circumstances = {}) {
  const sent: SeenRequest[] = [];
  const applied: string[] = [];
  const known = new Set<string>();
  const clock = { nowMs: Date.UTC(2026, 0, 2) };
  const fetch = fetchFrom((request) => {
    if (request.path === "/v1/config") {
      return new Response(config ?? '{"idempotency-key-lifetime":"PT30M"}');
    }
    if (request.method === "GET") return new Response(loaded);
    const loss = lost[sent.push(request) - 1];
    clock.nowMs += delayMs;
    const key = request.headers.get("idempotency-key") ?? `none ${sent.length}`;
    const isNew = !known.has(key);
    known.add(key);
    if (isNew) applied.push(`${request.method} ${request.path}`);
    if (loss === "connection") throw new TypeError("fetch failed");
    if (loss !== undefined) return new Response("", { status: loss });
    return answer?.(request) ?? new Response(loaded);
  });
  const catalog = await openCatalog(
    { type: "rest", uri: "http://catalog" },
    {
      fetch,
      nowMs: () => clock.nowMs,
      randomUuid: () => "c0ffee00-1234-4567-89ab-0123456789ab",
    },
  );
  return { catalog, sent, applied };
}

async function commit(circumstances: Circumstances, signal?: AbortSignal) {
  const { catalog, sent, applied } = await open(circumstances);
  await using _ = catalog;
  const table = await catalog.loadTable(identifier);
  const outcome = await catalog.commitTable(table, snapshotCommit(table, 7n), { signal });
  return { kind: outcome.kind, sent, applied };
}

const keysOf = (sent: readonly SeenRequest[]): readonly (string | null)[] =>
  sent.map(({ headers }) => headers.get("idempotency-key"));

describe("idempotency keys", () => {
  it("are UUIDs of version 7", () => {
    // RFC 9562, appendix A.6: the example's time and random bits.
    const time = Date.UTC(2022, 1, 22, 19, 22, 22);
    expect(timeOrderedUuid(time, "12345678-9abc-4cc3-98c4-dc0c0c07398f")).toBe(
      "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    );
  });

  it.each([
    ["PT30M", 1_800_000],
    ["P1DT2H3M4.5S", 93_784_500],
    ["pt1h", 3_600_000],
    ["PT0S", undefined],
    ["P", undefined],
    ["30 minutes", undefined],
    ["P1M", undefined],
  ])("live for %s", (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });

  it.each([["{}"], ['{"idempotency-key-lifetime":"soon"}']])(
    "are not sent where the configuration is %s",
    async (config) => {
      const { kind, sent } = await commit({ config, lost: ["connection"] });
      expect(kind).toBe("unknown");
      expect(keysOf(sent)).toEqual([null]);
    },
  );

  it("go with every change, another one each", async () => {
    const { catalog, sent } = await open();
    await using _ = catalog;
    const created = await catalog.createTable(identifier, { schema: { schemaId: 0, fields: [] } });
    await catalog.commitTable(created, snapshotCommit(created, 7n));
    await catalog.dropTable(identifier);
    const version7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u;
    for (const key of keysOf(sent)) expect(key).toMatch(version7);
    expect(sent).toHaveLength(3);
  });

  it.each([["connection"], [502], [504]] as const)(
    "let a commit be sent again whose answer is lost: %s",
    async (loss) => {
      const { kind, sent, applied } = await commit({ lost: [loss] });
      expect(kind).toBe("committed");
      expect(applied).toEqual(["POST /v1/namespaces/db/tables/t"]);
      const [first, second] = keysOf(sent);
      expect(second).toBe(first);
      expect(sent[1]?.body).toBe(sent[0]?.body);
    },
  );

  it.each([[500], [503]])("change nothing about %s, which the server said itself", async (loss) => {
    const { kind, sent } = await commit({ lost: [loss] });
    expect(kind).toBe("unknown");
    expect(sent).toHaveLength(1);
  });

  it.each([
    ["no answer", ["connection", "connection"]],
    ["a conflict", ["connection", 409]],
    ["a refusal", ["connection", 401]],
    ["no such table", ["connection", 404]],
  ] as const)("leave a commit unknown where the second one meets %s", async (_, lost) => {
    const { kind, sent } = await commit({ lost });
    expect(kind).toBe("unknown");
    expect(sent).toHaveLength(2);
  });

  it("are not used beyond their life, nor for a caller who is gone", async () => {
    const late = await commit({ lost: ["connection"], delayMs: 1_800_000 });
    expect([late.kind, late.sent.length]).toEqual(["unknown", 1]);
    const controller = new AbortController();
    const gone = await commit(
      {
        answer: () => {
          controller.abort();
          return new Response(loaded);
        },
      },
      controller.signal,
    );
    expect([gone.kind, gone.sent.length]).toEqual(["unknown", 1]);
  });

  it("let a table be created and dropped although the answers are lost", async () => {
    const created = await open({ lost: ["connection"] });
    const dropped = await open({ lost: ["connection", 404] });
    await created.catalog.createTable(identifier, { schema: { schemaId: 0, fields: [] } });
    expect(created.applied).toHaveLength(1);
    await dropped.catalog.dropTable(identifier);
    expect(dropped.applied).toHaveLength(1);
  });
});

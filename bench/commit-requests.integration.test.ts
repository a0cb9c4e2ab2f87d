import { readFileSync } from "node:fs";
import { openCatalog } from "../packages/iceberg-writer/src/index.ts";
import { startFaultProxy, useSharedServices } from "../packages/testkit/src/index.ts";
import type { FaultProxy } from "../packages/testkit/src/index.ts";
import { describe, expect, it } from "vitest";
import { runCommitSeries } from "./commit-series.ts";

const { s3, bucket, restCatalog } = useSharedServices();
const DOCUMENT = new URL("../docs/performance.md", import.meta.url);
/** The first ones create the tables, and find out what the store can do. */
const SETTLED = 5;
const COMMITS = 20;

/** Requests of each settled commit, by what they are about. */
async function requestsPerCommit(
  settingsOf: (urls: { store: string; catalog: string }) => Readonly<Record<string, string>>,
): Promise<readonly Readonly<Record<string, number>>[]> {
  await using store = await startFaultProxy({ target: s3.endpoint });
  await using catalog = await startFaultProxy({ target: restCatalog.uri });
  const perCommit: Readonly<Record<string, number>>[] = [];
  const seen = new Map<FaultProxy, number>();
  await runCommitSeries({
    commitCount: COMMITS,
    cadenceMs: 10,
    openCatalog: () =>
      openCatalog({
        ...settingsOf({ store: store.url, catalog: catalog.url }),
        "s3.endpoint": store.url,
        "s3.path-style-access": "true",
        "s3.region": s3.region,
        "s3.access-key-id": s3.accessKeyId,
        "s3.secret-access-key": s3.secretAccessKey,
      }),
    onCommit: ({ number }) => {
      const requests = [store, catalog].flatMap((proxy) => {
        const since = seen.get(proxy) ?? 0;
        seen.set(proxy, proxy.requests.length);
        return proxy.requests.slice(since).map(({ method, path }) => kindOf(method, path));
      });
      if (number > SETTLED) perCommit.push(countEach(requests));
    },
  });
  return perCommit;
}

/** As the document names it: `PUT data`, `GET manifest list`. */
function kindOf(method: string, path: string): string {
  const [place = "", query = ""] = path.split("?");
  if (query.includes("list-type")) return "LIST metadata";
  if (place.startsWith("/v1/")) return `${method} table`;
  const file = place.slice(place.lastIndexOf("/") + 1);
  if (file.endsWith(".parquet")) return `${method} data`;
  if (file.startsWith("snap-")) return `${method} manifest list`;
  if (file.endsWith(".avro")) return `${method} manifest`;
  if (file.endsWith("version-hint.text")) return `${method} version hint`;
  return `${method} metadata`;
}

function countEach(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The table's lines `| catalog | request | number |`. */
function documented(catalog: string): Readonly<Record<string, number>> {
  const lines = readFileSync(DOCUMENT, "utf8").split("\n");
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, request, number] = line.split("|").map((cell) => cell.trim());
      return name === catalog && request !== undefined ? [[request, Number(number)]] : [];
    }),
  );
}

describe("the requests of a steady commit of one file", () => {
  it("are those of docs/performance.md in the hadoop layout", async () => {
    const warehouse = `s3a://${bucket}/commit-requests-${process.pid}`;
    const perCommit = await requestsPerCommit(() => ({ type: "hadoop", warehouse }));
    expect(perCommit).toEqual(perCommit.map(() => documented("hadoop")));
  });

  it("are those of docs/performance.md in a REST catalog", async () => {
    const perCommit = await requestsPerCommit(({ catalog }) => ({ type: "rest", uri: catalog }));
    expect(perCommit).toEqual(perCommit.map(() => documented("rest")));
  });
});

import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createWorkDirectory, installPrometheus, runProcess } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import {
  alertQueries,
  dashboards,
  labelsShown,
  monitoring,
  panelQueries,
  type Query,
  readDashboard,
} from "./monitoring-queries.ts";

const SCRAPE_LABELS = ["job", "instance"];

const metrics: ReadonlyMap<string, readonly string[]> = new Map(
  readFileSync(join(monitoring, "metrics.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line): (readonly [string, readonly string[]])[] => {
      const [, name = "", labels = "", kind] =
        /^(\w+)(?:\{([\w,]+)\})?( histogram)?$/u.exec(line) ?? [];
      const own = [...labels.split(","), ...SCRAPE_LABELS];
      if (kind === undefined) return [[name, own]];
      return ["_bucket", "_sum", "_count"].map((suffix) => [name + suffix, [...own, "le"]]);
    }),
);

/** Metrics of an expression: what is named with the prefix, and `up`. */
function metricsOf(expression: string): readonly string[] {
  return Array.from(
    expression.matchAll(/\b(?:(?:salon|nodejs|process)_\w+|up)\b/gu),
    ([name]) => name,
  );
}

/** Labels that an expression selects or groups by, and those that are shown. */
function labelsOf({ expression, texts }: Query): readonly string[] {
  const grouped = [...expression.matchAll(/\b(?:by|on|group_left) \(([^)]*)\)/gu)].flatMap(
    ([, names = ""]) => names.split(/, ?/u).filter((name) => name !== ""),
  );
  const selected = [...expression.matchAll(/\b(\w+)(?:=~|!=|!~|=)"/gu)].map(
    ([, name = ""]) => name,
  );
  return [...grouped, ...selected, ...labelsShown(texts)];
}

describe.each([
  { what: "panels", queries: panelQueries, countMin: 24 },
  { what: "alerts", queries: alertQueries, countMin: 12 },
])("the queries of $what", ({ queries, countMin }) => {
  it("are found", () => {
    expect(queries.length).toBeGreaterThanOrEqual(countMin);
    expect(queries.filter(({ expression }) => expression === "")).toEqual([]);
  });

  it.each(queries)("name only metrics that there are: $where", (query) => {
    const names = metricsOf(query.expression);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !metrics.has(name))).toEqual([]);
    const known = new Set(names.flatMap((name) => metrics.get(name) ?? []));
    expect(labelsOf(query).filter((label) => !known.has(label))).toEqual([]);
  });
});

async function promtool(...args: readonly string[]): Promise<string> {
  return runProcess({ command: await installPrometheus("promtool"), args, cwd: monitoring });
}

describe("promtool", () => {
  it("takes the configuration and the alerts", async () => {
    expect(await promtool("check", "config", "--syntax-only", "prometheus.yml")).toContain("valid");
    expect(await promtool("check", "rules", "alerts.yml")).toContain(
      `${alertQueries.length} rules found`,
    );
  });

  it("finds that the alerts fire when they should, and only then", async () => {
    expect(await promtool("test", "rules", "alerts.test.yml")).toContain("SUCCESS");
    const tests = readFileSync(join(monitoring, "alerts.test.yml"), "utf8");
    for (const { where } of alertQueries) {
      const fires = new RegExp(`alertname: ${where}\\n +exp_alerts:`, "u");
      expect(tests, `a test in which ${where} fires`).toMatch(fires);
    }
  });

  it("takes the query of every panel", async () => {
    await using directory = await createWorkDirectory("panels");
    const rules = panelQueries.map(({ expression }, index) => {
      return { record: `panel:${index}`, expr: expression };
    });
    const path = join(directory.path, "panels.yml");
    // JSON is YAML.
    await writeFile(path, JSON.stringify({ groups: [{ name: "panels", rules }] }));
    expect(await promtool("check", "rules", path)).toContain(`${rules.length} rules found`);
  });
});

it("lays dashboards out within the width, on the data source that is provisioned", () => {
  const source = readFileSync(
    join(monitoring, "grafana", "provisioning", "datasources", "prometheus.yaml"),
    "utf8",
  );
  const [, uid] = /uid: (\w+)/u.exec(source) ?? [];
  const all = dashboards.map(readDashboard);
  expect(all.map((dashboard) => `${dashboard.uid}.json`)).toEqual(
    dashboards.map((path) => basename(path)),
  );
  const panels = all.flatMap((dashboard) => dashboard.panels);
  expect(panels.filter(({ gridPos }) => gridPos.x + gridPos.w > 24)).toEqual([]);
  const asked = panels.filter(({ targets }) => targets !== undefined);
  expect(asked.filter(({ datasource }) => datasource?.uid !== uid)).toEqual([]);
  expect(asked.length).toBeGreaterThan(15);
});

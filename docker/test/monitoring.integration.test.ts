import { globSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createWorkDirectory, installPromtool, runProcess } from "@salon/testkit";
import { describe, expect, it } from "vitest";
import { dockerDirectory } from "./compose-stack.ts";

const monitoring = join(dockerDirectory, "monitoring");
const alerts = readFileSync(join(monitoring, "alerts.yml"), "utf8");
const dashboards = globSync("grafana/dashboards/*.json", { cwd: monitoring });

/** What is read here of a dashboard. */
interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly title: string;
    readonly datasource?: { readonly uid: string };
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

/** A query of a panel or an alert, and the texts that show its labels. */
interface Query {
  readonly where: string;
  readonly expression: string;
  readonly texts: string;
}

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

function readDashboard(path: string): Dashboard {
  return JSON.parse(readFileSync(join(monitoring, path), "utf8")) as Dashboard;
}

const panelQueries: readonly Query[] = dashboards.flatMap((path) =>
  readDashboard(path).panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({
      where: `${basename(path)}: ${title}`,
      // As Grafana fills in its variables.
      expression: expr.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*"),
      texts: legendFormat,
    })),
  ),
);

const alertQueries: readonly Query[] = alerts
  .split(/^ {6}- alert: /mu)
  .slice(1)
  .map((text) => {
    const name = text.slice(0, text.indexOf("\n"));
    const expression = /^ {8}expr: (?:>-\n)?([^]*?)\n {8}(?:for|labels):/mu.exec(text)?.[1] ?? "";
    return { where: name, expression, texts: text.slice(text.indexOf("annotations:")) };
  });

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
  const shown = [...texts.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/gu)].map(
    ([, name = ""]) => name,
  );
  return [...grouped, ...selected, ...shown];
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
  return runProcess({ command: await installPromtool(), args, cwd: monitoring });
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

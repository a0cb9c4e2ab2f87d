import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { dockerDirectory } from "./compose-stack.ts";

/** The directory of what Prometheus and Grafana mount. */
export const monitoring: string = join(dockerDirectory, "monitoring");

const alerts = readFileSync(join(monitoring, "alerts.yml"), "utf8");

/** Paths of the dashboards in it. */
export const dashboards: readonly string[] = globSync("grafana/dashboards/*.json", {
  cwd: monitoring,
});

/** What is read here of a dashboard. */
export interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly title: string;
    readonly datasource?: { readonly uid: string };
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

/** A query of a panel or an alert, and the texts that show its labels. */
export interface Query {
  readonly where: string;
  readonly expression: string;
  readonly texts: string;
}

/** The dashboard at a path. */
export function readDashboard(path: string): Dashboard {
  return JSON.parse(readFileSync(join(monitoring, path), "utf8")) as Dashboard;
}

/** The queries of all panels, as Grafana asks them. */
export const panelQueries: readonly Query[] = dashboards.flatMap((path) =>
  readDashboard(path).panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({
      where: `${basename(path)}: ${title}`,
      // As Grafana fills in its variables.
      expression: expr.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*"),
      texts: legendFormat,
    })),
  ),
);

/** The expressions of all alerts. */
export const alertQueries: readonly Query[] = alerts
  .split(/^ {6}- alert: /mu)
  .slice(1)
  .map((text) => {
    const name = text.slice(0, text.indexOf("\n"));
    const expression = /^ {8}expr: (?:>-\n)?([^]*?)\n {8}(?:for|labels):/mu.exec(text)?.[1] ?? "";
    return { where: name, expression, texts: text.slice(text.indexOf("annotations:")) };
  });

/** Labels that a text shows. */
export function labelsShown(text: string): readonly string[] {
  return [...text.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/gu)].map(([, name = ""]) => name);
}

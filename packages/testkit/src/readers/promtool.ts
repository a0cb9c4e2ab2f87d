import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { installPrometheus } from "../install/prometheus.ts";

/**
 * What promtool has against metrics in Prometheus's text format; empty where they keep to its
 * conventions.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function checkMetrics(metrics: string): Promise<string> {
  const promtool = spawn(await installPrometheus("promtool"), ["check", "metrics"]);
  promtool.stdin.end(metrics);
  const [output, errors] = await Promise.all([text(promtool.stdout), text(promtool.stderr)]);
  return `${output}${errors}`.trim();
}

import { join } from "node:path";
import { installCompose, runProcess } from "@salon/testkit";

/** The directory of the compose files. */
export const dockerDirectory: string = join(import.meta.dirname, "..");

/** The overlays that README.md names, each with those that it needs. */
export const OVERLAYS = [
  [],
  ["zookeeper"],
  ["cluster"],
  ["rest-catalog"],
  ["store"],
  ["secure"],
  ["monitoring"],
  ["rest-catalog", "query"],
  ["zookeeper", "rest-catalog", "monitoring"],
  ["cluster", "rest-catalog", "monitoring"],
  ["store", "rest-catalog", "query"],
  ["monitoring", "secure"],
] as const satisfies readonly (readonly string[])[];

/** A stack as Docker Compose merges it. */
export interface ComposeStack {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly name: string }>>;
  readonly volumes?: Readonly<Record<string, { readonly name: string }>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

/** What the tests look at of a service. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly container_name?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[] | null;
  readonly entrypoint?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly ComposePort[];
  readonly volumes?: readonly ComposeVolume[];
  readonly secrets?: readonly { readonly source: string; readonly target: string }[];
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly network_mode?: string;
  readonly restart?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly deploy?: {
    readonly resources?: { readonly limits?: { readonly memory?: string; readonly cpus?: number } };
  };
}

interface ComposePort {
  readonly host_ip?: string;
  readonly target: number;
  readonly published: string;
}

interface ComposeVolume {
  readonly type: "bind" | "volume";
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
}

/**
 * The base with overlays, in their order, as `docker compose config` merges them, where the user
 * has set `variables`.
 */
export async function mergeStack(
  overlays: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<ComposeStack> {
  const files = ["compose.yaml", ...overlays.map((name) => `compose.${name}.yaml`)];
  const merged = await runProcess({
    command: await installCompose(),
    args: [
      ...files.flatMap((file) => ["--file", join(dockerDirectory, file)]),
      "--profile",
      "*",
      "config",
      "--format",
      "json",
    ],
    // What a user may have set would be another stack.
    env: {
      SALON_PUBLISH_ADDRESS: undefined,
      SALON_DURATION: undefined,
      SALON_INTERVAL: undefined,
      ...variables,
    },
    name: `docker compose config of ${files.join(", ")}`,
  });
  return JSON.parse(merged) as ComposeStack;
}

/** A service that must be there. */
export function serviceOf(stack: ComposeStack, name: string): ComposeService {
  const service = stack.services[name];
  if (service === undefined) throw new Error(`the stack has no service ${name}`);
  return service;
}

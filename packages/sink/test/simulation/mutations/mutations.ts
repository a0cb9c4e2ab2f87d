import { ENGINE_MUTATIONS } from "./engine-mutations.ts";
import { PROTOCOL_MUTATIONS } from "./protocol-mutations.ts";
import { SHELL_MUTATIONS } from "./shell-mutations.ts";
import { TABLE_MUTATIONS } from "./table-mutations.ts";
import type { Mutation } from "./mutation.ts";

/** What the simulator has to notice, each within some seeds. */
export const MUTATIONS: readonly Mutation[] = [
  ...ENGINE_MUTATIONS,
  ...PROTOCOL_MUTATIONS,
  ...SHELL_MUTATIONS,
  ...TABLE_MUTATIONS,
];

/** The defect of this name; throws for a name that none has. */
export function mutationOf(name: string): Mutation {
  const found = MUTATIONS.find((mutation) => mutation.name === name);
  if (found !== undefined) return found;
  const names = MUTATIONS.map((mutation) => `  ${mutation.name}`).join("\n");
  throw new Error(`no mutation has the name ${name}; these have:\n${names}`);
}

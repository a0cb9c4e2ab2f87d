import { installDebianPackages } from "./debian-packages.ts";

/** Programs that build images and run them, without an engine in the background. */
export interface ContainerTools {
  readonly buildah: string;
  readonly podman: string;
  /** Starts containers also where control groups are of both versions. */
  readonly runc: string;
}

/**
 * Debian's programs for images and containers, installed where they are not there; that needs
 * root.
 *
 * Errors: `TOOL_MISSING`, `INSTALL_FAILED`.
 */
export async function installContainerTools(): Promise<ContainerTools> {
  const tools = { buildah: "/usr/bin/buildah", podman: "/usr/bin/podman", runc: "/usr/sbin/runc" };
  await installDebianPackages(Object.values(tools), ["buildah", "podman", "runc"]);
  return tools;
}

import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type ContainerTools,
  createWorkDirectory,
  installContainerTools,
  runProcess,
  startProcess,
  type ManagedProcess,
} from "@salon/testkit";

/** An image that is to be built. */
export interface ImageBuild {
  readonly tag: string;
  readonly dockerfile: string;
  readonly context: string;
  readonly target?: string;
  /** Directories by the names under which stages are copied from. */
  readonly stages?: Readonly<Record<string, string>>;
}

/** How a container is run. */
export interface ContainerRun {
  readonly image: string;
  readonly name: string;
  readonly network: "none" | "host";
  readonly args: readonly string[];
}

/** Builds images and runs containers of them, in a storage of its own. */
export class ContainerImages implements AsyncDisposable {
  readonly #tools: ContainerTools;
  readonly #storage: readonly string[];
  readonly #resources: AsyncDisposableStack;

  private constructor(tools: ContainerTools, directory: string, resources: AsyncDisposableStack) {
    this.#tools = tools;
    this.#resources = resources;
    // The driver that works in containers, too.
    const [root, run] = [join(directory, "storage"), join(directory, "run")];
    this.#storage = ["--root", root, "--runroot", run, "--storage-driver", "vfs"];
  }

  static async open(): Promise<ContainerImages> {
    const tools = await installContainerTools();
    const resources = new AsyncDisposableStack();
    const directory = resources.use(await createWorkDirectory("images"));
    return new ContainerImages(tools, directory.path, resources);
  }

  /** Without a registry: every image that it begins with must have been built before. */
  async build({ tag, dockerfile, context, target, stages = {} }: ImageBuild): Promise<void> {
    const contexts = Object.entries(stages).flatMap(([name, path]) => [
      "--build-context",
      `${name}=${path}`,
    ]);
    await runProcess({
      command: this.#tools.buildah,
      args: [
        ...this.#storage,
        "build",
        "--format",
        "docker",
        "--pull-never",
        "--tag",
        tag,
        "--file",
        dockerfile,
        ...contexts,
        ...(target === undefined ? [] : ["--target", target]),
        context,
      ],
      name: `buildah build of ${tag}`,
      timeoutMs: 300_000,
    });
  }

  /** Runs a container as the compose files do: read-only, without capabilities. */
  run({ image, name, network, args }: ContainerRun): Promise<ManagedProcess> {
    return startProcess({
      command: this.#tools.podman,
      args: [
        ...this.#storage,
        "--runtime",
        this.#tools.runc,
        "run",
        "--rm",
        "--name",
        name,
        "--read-only",
        "--tmpfs=/tmp",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--network",
        network,
        // No more than this process may have itself.
        "--ulimit=nofile=1024:1024",
        "--ulimit=nproc=1024:1024",
        image,
        ...args,
      ],
      name: `container ${name}`,
    });
  }

  /** What podman prints. */
  podman(...args: readonly string[]): Promise<string> {
    return runProcess({
      command: this.#tools.podman,
      args: [...this.#storage, "--runtime", this.#tools.runc, ...args],
      name: `podman ${args.join(" ")}`,
      timeoutMs: 60_000,
    });
  }

  /** Ends what runs and removes all that was built. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.podman("rm", "--all", "--force");
    } finally {
      await this.#resources.disposeAsync();
    }
  }
}

/** A context for an image that has this machine's Node, its libraries, and nothing else. */
export async function writeNodeContext(directory: string): Promise<string> {
  const root = join(directory, "root");
  const node = join(root, "usr", "local", "bin", "node");
  const libraries = await runProcess({ command: "ldd", args: [process.execPath] });
  const files = [...libraries.matchAll(/\/\S+/gu)].map(
    ([path]) => [path, join(root, path)] as const,
  );
  for (const [source, target] of [[process.execPath, node] as const, ...files]) {
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
  }
  await mkdir(join(root, "tmp"));
  await chmod(join(root, "tmp"), 0o1777);
  const dockerfile = join(directory, "Dockerfile");
  await writeFile(dockerfile, "FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin\n");
  return dockerfile;
}

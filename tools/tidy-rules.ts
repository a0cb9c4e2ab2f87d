/** A source file of the workspace: its path from the root, with slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Workspace packages that the sources of a package may import; programs are in `apps/*`. */
const packageArrows: Readonly<Record<string, readonly string[]>> = {
  columns: [],
  schema: ["columns"],
  "iceberg-writer": ["columns"],
  "kafka-protocol": [],
  "kafka-io": ["kafka-protocol"],
  generator: [],
  sink: ["columns", "schema", "kafka-io", "iceberg-writer"],
  monitor: [],
  "dev-broker": ["kafka-protocol"],
  "command-line": ["kafka-io"],
  testkit: ["dev-broker"],
};
const APP_FORBIDDEN = ["testkit"];

/** Folders that a folder of a package's sources may import, itself aside. */
const layerArrows: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "iceberg-writer": {
    spec: [],
    codec: ["spec"],
    arrow: ["spec"],
    io: [],
    catalog: ["spec", "io"],
    writer: ["spec", "codec", "io", "catalog"],
    scan: ["spec", "codec", "io", "catalog", "writer"],
    transaction: ["spec", "codec", "io", "catalog", "writer", "scan"],
  },
  "kafka-io": {
    port: [],
    codec: [],
    protocol: ["port", "codec"],
    broker: ["port"],
    oauth: ["port", "broker"],
    connection: ["port", "broker", "oauth"],
    kafkajs: ["port", "broker", "oauth"],
    cluster: ["port", "broker"],
    source: ["port", "codec", "protocol", "broker", "cluster"],
    sink: ["port", "codec", "protocol", "broker", "cluster"],
  },
  sink: {
    protocol: [],
    engine: ["protocol"],
    mapping: ["protocol"],
    proof: ["protocol", "mapping"],
    takeover: ["protocol", "proof"],
    encoding: ["mapping"],
    shell: ["protocol", "engine", "mapping", "encoding"],
  },
};
/** Files beside the folders that every layer may use. */
const SHARED_FILE = /^(?:version|[a-z-]+-error)\.ts$/;

/** Names that say nothing, and where what they would hold belongs. */
const NAMELESS_FILE = /\/(?:utils?|types|helpers?|common|misc|shared)\.ts$/;

interface BannedText {
  readonly pattern: RegExp;
  readonly instead: string;
  /** Paths in which it is banned; everywhere if absent. */
  readonly in?: RegExp;
}

const PURE_CORE =
  /^packages\/(?:columns\/src|iceberg-writer\/src\/spec|sink\/src\/(?:engine|protocol))\//;

const bannedTexts: readonly BannedText[] = [
  { pattern: /\bas unknown as\b/, instead: "a type guard or a narrower type" },
  { pattern: /: any\b|\bas any\b|<any>/, instead: "unknown, narrowed where it is used" },
  { pattern: /@ts-(?:ignore|nocheck)/, instead: "a change of the types" },
  { pattern: /(?:ox|es)lint-disable/, instead: "code that the rule accepts" },
  { pattern: /\b(?:TODO|FIXME|XXX)\b/, instead: "the work itself, or an issue" },
  {
    pattern: /\b(?:it|test|describe)\.(?:skip|only|todo)\b/,
    instead: "a test that runs, or none",
    in: /\/test\//,
  },
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(/,
    instead: "the clock, random source or id that the caller passes in",
    in: PURE_CORE,
  },
  {
    pattern: /\bconsole\.\w+\(/,
    instead: "a return value, an error or the logger that the caller passes in",
    in: /^packages\/[^/]+\/src\//,
  },
];

const LINES_AIM = 300;
const LINES_MAX = 400;
const COLUMNS_MAX = 100;

/** Files over the aim, each with why it is one piece. */
export type LongFiles = Readonly<Record<string, string>>;

/** What is against the guide in one file; each message names what to do instead. */
export function tidyFaults(file: SourceFile, longFiles: LongFiles): readonly string[] {
  return [
    ...nameFaults(file),
    ...lengthFaults(file, longFiles),
    ...columnFaults(file),
    ...bannedFaults(file),
    ...packageFaults(file),
    ...layerFaults(file),
    ...indexFaults(file),
  ].map((fault) => `${file.path}${fault}`);
}

function nameFaults({ path }: SourceFile): readonly string[] {
  return NAMELESS_FILE.test(path)
    ? [": name the file after the one concept that it holds, and move the others to theirs"]
    : [];
}

function lengthFaults({ path, text }: SourceFile, longFiles: LongFiles): readonly string[] {
  const lines = text.trimEnd().split("\n").length;
  const isExcused = longFiles[path] !== undefined;
  // Tests are lists of cases: one concept may have many.
  if (path.includes("/test/") && lines <= LINES_MAX) return [];
  if (lines > LINES_MAX) return [`: ${lines} lines, over ${LINES_MAX}: split it by concept`];
  if (lines > LINES_AIM && !isExcused) {
    return [
      `: ${lines} lines, over ${LINES_AIM}: split it by concept, or say in longFiles why not`,
    ];
  }
  if (lines <= LINES_AIM && isExcused) return [`: ${lines} lines: take it out of longFiles`];
  return [];
}

/** Prose only: code is broken by the formatter, which leaves what cannot be broken. */
function columnFaults({ text }: SourceFile): readonly string[] {
  return text.split("\n").flatMap((line, index) => {
    const isProse = /^\s*(?:\/\/|\/\*|\*|#)/.test(line);
    const isTooLong = isProse && line.length > COLUMNS_MAX && !line.includes("://");
    return isTooLong
      ? [`:${index + 1}: ${line.length} columns, over ${COLUMNS_MAX}: npm run format`]
      : [];
  });
}

function bannedFaults({ path, text }: SourceFile): readonly string[] {
  const banned = bannedTexts.filter((rule) => rule.in === undefined || rule.in.test(path));
  return text.split("\n").flatMap((line, index) =>
    banned.flatMap(({ pattern, instead }) => {
      const [found] = pattern.exec(line) ?? [];
      return found === undefined ? [] : [`:${index + 1}: "${found}": use ${instead}`];
    }),
  );
}

function packageFaults({ path, text }: SourceFile): readonly string[] {
  const [, area, name = ""] = /^(packages|apps)\/([^/]+)\/src\//.exec(path) ?? [];
  if (area === undefined) return [];
  const allowed = packageArrows[name];
  if (area === "packages" && allowed === undefined) {
    return [`: package ${name} has no entry in packageArrows`];
  }
  return importsOf(text).flatMap((specifier) => {
    const [, imported] = /^@salon\/([^/]+)/.exec(specifier) ?? [];
    if (imported === undefined) return [];
    if (specifier.includes("/src/") || specifier.includes("/dist/")) {
      return [`: imports ${specifier}: take it from the package's index`];
    }
    const isAllowed = allowed?.includes(imported) ?? !APP_FORBIDDEN.includes(imported);
    return isAllowed ? [] : [`: imports ${specifier}: the arrows are ${describeArrows(allowed)}`];
  });
}

function layerFaults({ path, text }: SourceFile): readonly string[] {
  const [, name = "", inner = ""] = /^packages\/([^/]+)\/src\/(.+)$/.exec(path) ?? [];
  const layers = layerArrows[name];
  const folder = inner.split("/")[0] ?? "";
  if (layers === undefined || !inner.includes("/")) return [];
  const allowed = layers[folder];
  if (allowed === undefined) return [`: layer ${folder} of ${name} has no entry in layerArrows`];
  return importsOf(text).flatMap((specifier) => {
    if (!specifier.startsWith(".")) return [];
    const target = new URL(specifier, `file:///${inner}`).pathname.slice(1);
    const [imported = ""] = target.split("/");
    const isInside = target.includes("/");
    const isAllowed = isInside
      ? imported === folder || allowed.includes(imported)
      : SHARED_FILE.test(imported);
    return isAllowed
      ? []
      : [`: layer ${folder} imports ${target}: its arrows are ${describeArrows(allowed)}`];
  });
}

function indexFaults({ path, text }: SourceFile): readonly string[] {
  if (!/^packages\/[^/]+\/src\/index\.ts$/.test(path)) return [];
  const rest = text
    .replaceAll(/export (?:type )?\{[^}]*\} from "[^"]+";/g, "")
    .replaceAll(/\/\*\*[^]*?\*\//g, "")
    .trim();
  return rest === "" || rest === "export {};"
    ? []
    : [`: an index only re-exports, by name: move "${rest.split("\n")[0] ?? ""}" to its own file`];
}

function importsOf(text: string): readonly string[] {
  const specifiers = text.matchAll(/(?:\bfrom|\bimport\(|^import) ?"([^"]+)"/gm);
  return Array.from(specifiers, ([, specifier = ""]) => specifier);
}

function describeArrows(allowed: readonly string[] | undefined): string {
  if (allowed === undefined) return `all but ${APP_FORBIDDEN.join(", ")}`;
  return allowed.length === 0 ? "none" : allowed.join(", ");
}

import { parseAst } from "vite";

/** Reads a declaration file by its path within the package's `dist`. */
export type ReadDeclarations = (path: string) => string;

/** A declaration of one module, and the names that its text uses. */
interface Declaration {
  readonly name: string;
  readonly text: string;
  readonly uses: ReadonlySet<string>;
}

interface Module {
  readonly declarations: ReadonlyMap<string, readonly Declaration[]>;
  /** Names of other modules of the package: under which name, and where. */
  readonly imports: ReadonlyMap<string, Reference>;
}

interface Reference {
  readonly path: string;
  readonly name: string;
}

/** A node of the syntax tree, as far as it is looked at. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/**
 * What a package exports, as text to compare: the declarations behind each name of its index, and
 * behind those that they use without being exported, without comments, in the order of names.
 */
export function apiReport(packageName: string, read: ReadDeclarations): string {
  const modules = new Map<string, Module>();
  const moduleAt = (path: string): Module => {
    const known = modules.get(path) ?? parseModule(path, read(path));
    modules.set(path, known);
    return known;
  };
  const exported = new Map(
    [...moduleAt("index.d.ts").imports].map(([name, reference]) => [keyOf(reference), name]),
  );
  const found = new Map<string, string>();
  const open: Reference[] = [...moduleAt("index.d.ts").imports.values()];
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    if (found.has(keyOf(reference))) continue;
    const { declarations, imports } = moduleAt(reference.path);
    const own = declarations.get(reference.name) ?? [];
    const passedOn = imports.get(reference.name);
    if (own.length === 0 && passedOn !== undefined) open.push(passedOn);
    found.set(keyOf(reference), own.map(({ text }) => text).join("\n"));
    for (const name of own.flatMap(({ uses }) => [...uses])) {
      const used = declarations.has(name) ? { ...reference, name } : imports.get(name);
      if (used !== undefined) open.push(used);
    }
  }
  const texts = [...found].filter(([, text]) => text !== "");
  return [
    `# What ${packageName} exports`,
    section(
      texts.flatMap(([key, text]) => {
        const name = exported.get(key);
        if (name === undefined) return [];
        return [[key, name === nameOf(key) ? text : `// as ${name}\n${text}`]];
      }),
    ),
    "## Used by that, and not exported",
    section(texts.filter(([key]) => !exported.has(key))),
  ].join("\n\n");
}

function section(texts: readonly (readonly [string, string])[]): string {
  const sorted = texts.map(([key, text]) => [nameOf(key), text] as const).toSorted(byName);
  const body = sorted.map(([, text]) => text).join("\n\n");
  return body === "" ? "Nothing." : `\`\`\`ts\n${body}\n\`\`\``;
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : Number(a > b);
}

function keyOf({ path, name }: Reference): string {
  return `${path}#${name}`;
}

function nameOf(key: string): string {
  return key.slice(key.indexOf("#") + 1);
}

function parseModule(path: string, source: string): Module {
  const declarations = new Map<string, Declaration[]>();
  const imports = new Map<string, Reference>();
  const program: { readonly body: unknown } = parseAst(source, { lang: "dts" }, path);
  for (const statement of nodesOf(program.body)) {
    for (const [local, reference] of referencesOf(path, statement)) imports.set(local, reference);
    for (const declaration of declarationsOf(statement, source)) {
      declarations.set(declaration.name, [
        ...(declarations.get(declaration.name) ?? []),
        declaration,
      ]);
    }
  }
  return { declarations, imports };
}

/** The names that an import or a re-export brings from another module of the package. */
function referencesOf(path: string, statement: Node): readonly (readonly [string, Reference])[] {
  const from = isNode(statement["source"]) ? String(statement["source"]["value"]) : "";
  if (!from.startsWith(".")) return [];
  const target = new URL(from, `file:///${path}`).pathname.slice(1);
  const specifiers = nodesOf(statement["specifiers"]);
  return specifiers.map((specifier) => {
    // An import's other name is the local one, an export's the one that others see.
    const isImport = statement.type === "ImportDeclaration";
    const theirs = nameIn(specifier[isImport ? "imported" : "local"]);
    const ours = nameIn(specifier[isImport ? "local" : "exported"]);
    return [ours, { path: target.replace(/\.ts$/, ".d.ts"), name: theirs }];
  });
}

function declarationsOf(statement: Node, source: string): readonly Declaration[] {
  const inner = isNode(statement["declaration"]) ? statement["declaration"] : statement;
  const named = [inner, ...nodesOf(inner["declarations"])].filter((node) => isNode(node["id"]));
  return named.map((node) => ({
    name: nameIn(node["id"]),
    text: withoutComments(source.slice(statement.start, statement.end)),
    uses: identifiersIn(statement),
  }));
}

function identifiersIn(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isNode(value)) return;
    if (value.type === "Identifier") names.add(nameIn(value));
    Object.values(value).forEach(visit);
  };
  visit(node);
  return names;
}

/** Declarations hold no texts in which the signs of a comment could stand for themselves. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[^]*?\*\/\n?/gm, "").replaceAll(/^\s*\n/gm, "");
}

function nameIn(value: unknown): string {
  return isNode(value) && typeof value["name"] === "string" ? value["name"] : "";
}

function nodesOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

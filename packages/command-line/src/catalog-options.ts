import type { Command } from "commander";
import { readNameValues } from "./name-value.ts";
import { choiceOption, repeatableOption, textOption } from "./option.ts";
import { readSecretFile } from "./text-file.ts";
import { usageError } from "./usage-error.ts";

/** The catalogs that the commands open. */
export type CatalogType = "hadoop" | "rest" | "sql";

/** Iceberg's properties of a catalog, by their names. */
type CatalogProperties = Readonly<Record<string, string>> & { readonly type: CatalogType };

/** What the command line says of catalog and table; files are not read yet. */
export interface CatalogArguments {
  /**
   * Iceberg's own properties, with `type`, and `warehouse` where it is given or the catalog needs
   * one; without those of files.
   */
  readonly properties: CatalogProperties;
  /** Files that hold properties, by the properties' names; absent where there are none. */
  readonly propertyFiles?: Readonly<Record<string, string>> | undefined;
  readonly namespace: readonly string[];
  readonly table: string;
}

interface CatalogOptionValues {
  readonly catalog: CatalogType;
  readonly warehouse: string;
  readonly namespace?: string;
  readonly table: string;
}

const PROPERTY_FILE_FLAG = "--catalog-property-file";

/**
 * Adds `--catalog`, `--catalog-property`, `--catalog-property-file`, `--warehouse`, `--namespace`
 * and `--table`.
 */
export function addCatalogOptions(command: Command): Command {
  return command
    .addOption(
      choiceOption(
        "--catalog <type>",
        "catalog that the table is in",
        ["hadoop", "rest", "sql"],
        "hadoop",
      ),
    )
    .addOption(
      repeatableOption(
        "--catalog-property <name=value>",
        "catalog property by its Iceberg name, as uri; repeatable, in the variable by commas",
      ),
    )
    .addOption(
      repeatableOption(
        `${PROPERTY_FILE_FLAG} <name=path>`,
        "file that holds a catalog property, as credential, token, s3.secret-access-key or a uri " +
          "with a password; repeatable, in the variable by commas",
      ),
    )
    .addOption(
      textOption(
        "--warehouse <location>",
        "path or URI of the warehouse; a REST catalog is asked for it by name if it is given, and " +
          "a SQL catalog without a uri is catalog.db in it",
        "./warehouse",
      ),
    )
    .addOption(
      textOption(
        "--namespace <name>",
        "namespace of the table, levels separated by dots (default: hadoop none, others default)",
      ),
    )
    .addOption(textOption("--table <name>", "name of the table", "bronze_ratings_streaming"));
}

/**
 * What the options of {@link addCatalogOptions} say.
 *
 * Throws `USAGE_INVALID` naming the flag.
 */
export function readCatalogArguments(command: Command): CatalogArguments {
  const { catalog: type, ...values } = command.optsWithGlobals<CatalogOptionValues>();
  const given = readNameValues(command, "--catalog-property");
  if (given["type"] !== undefined && given["type"] !== type) {
    throw usageError(`--catalog is ${type}, and --catalog-property type is ${given["type"]}`);
  }
  const propertyFiles = readPropertyFiles(command, given);
  if (type === "rest" && !given["uri"] && propertyFiles["uri"] === undefined) {
    throw usageError("--catalog rest needs --catalog-property uri=http://…");
  }
  const table = parseTableName(values.table);
  const warehouse = readWarehouse(command, type, values.warehouse, given["warehouse"]);
  return {
    properties: { ...given, ...(warehouse !== undefined && { warehouse }), type },
    ...(Object.keys(propertyFiles).length > 0 && { propertyFiles }),
    namespace: parseNamespace(values.namespace ?? (type === "hadoop" ? "" : "default")),
    table,
  };
}

/**
 * All properties of the catalog, those of files too: what `openCatalog` of `@salon/iceberg-writer`
 * takes.
 *
 * Throws `FILE_UNREADABLE` naming flag and path.
 */
export async function loadCatalogProperties(catalog: CatalogArguments): Promise<CatalogProperties> {
  const files = Object.entries(catalog.propertyFiles ?? {});
  const read = files.map(async ([name, path]): Promise<readonly [string, string]> => {
    const text = await readSecretFile(`${PROPERTY_FILE_FLAG} ${name}`, path);
    return [name, text ?? ""];
  });
  return { ...catalog.properties, ...Object.fromEntries(await Promise.all(read)) };
}

/** What is known before files are read stays out of them. */
function readPropertyFiles(
  command: Command,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const files = readNameValues(command, PROPERTY_FILE_FLAG);
  for (const [name, path] of Object.entries(files)) {
    if (name === "type" || name === "warehouse") {
      throw usageError(`${PROPERTY_FILE_FLAG} cannot hold ${name}: --catalog and --warehouse do`);
    }
    if (name in given) {
      throw usageError(`--catalog-property and ${PROPERTY_FILE_FLAG} both have ${name}`);
    }
    if (path === "") throw usageError(`${PROPERTY_FILE_FLAG} ${name} names no file`);
  }
  return files;
}

/** The default is a folder, which means nothing to a REST catalog. */
function readWarehouse(
  command: Command,
  type: CatalogType,
  flag: string,
  property: string | undefined,
): string | undefined {
  if (command.getOptionValueSourceWithGlobals("warehouse") === "default") {
    return property ?? (type === "rest" ? undefined : flag);
  }
  if (property !== undefined && property !== flag) {
    throw usageError(`--warehouse is ${flag}, and --catalog-property warehouse is ${property}`);
  }
  if (flag === "") throw usageError("--warehouse must not be empty");
  return flag;
}

/** A name with a dot could be meant for namespace and table, so it has to be quoted. */
function parseTableName(text: string): string {
  const quoted = /^(["`])(.*)\1$/su.exec(text)?.[2];
  if (quoted === undefined && text.includes(".")) {
    throw usageError(
      `--table ${text} holds a dot: give the namespace by --namespace, and a name that has a dot ` +
        "in quotes, as --table '\"a.b\"'",
    );
  }
  const name = quoted ?? text;
  checkNamePart("--table", name);
  return name;
}

function parseNamespace(text: string): readonly string[] {
  const levels = text === "" ? [] : text.split(".");
  if (levels.includes("")) throw usageError(`--namespace ${text} has an empty level`);
  for (const level of levels) checkNamePart("--namespace", level);
  return levels;
}

/** Catalogs make paths of names; refused here, so that the message names the flag. */
function checkNamePart(flag: string, name: string): void {
  if (name === "") throw usageError(`${flag} must not be empty`);
  if (name !== "." && name !== ".." && !/[/\p{Cc}]/u.test(name)) return;
  throw usageError(
    `${flag} ${JSON.stringify(name)} is no name: "." and "..", "/" and control characters are none`,
  );
}

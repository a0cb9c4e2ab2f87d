import { IcebergError } from "../iceberg-error.ts";
import { createResolvingFileIo } from "../io/file-io-registry.ts";
import type { FileIo, OperationOptions } from "../io/file-io.ts";
import {
  parseJson,
  readArray,
  readObject,
  readOptional,
  readString,
} from "../spec/iceberg-json.ts";
import type { JsonObject } from "../spec/iceberg-json.ts";
import { partitionSpecToJson } from "../spec/partition-spec.ts";
import { schemaToJson } from "../spec/schema.ts";
import { sortOrderToJson } from "../spec/sort-order.ts";
import { tableMetadataFromJson } from "../spec/table-metadata-json.ts";
import { tableRequirementToJson } from "../spec/table-requirement.ts";
import { tableUpdateToJson } from "../spec/table-update.ts";
import type {
  Catalog,
  CatalogTable,
  CommitOutcome,
  CreateTableRequest,
  TableCommit,
} from "./catalog.ts";
import { committedTable, identifierFromJson, metadataLocationOf } from "./rest-answer.ts";
import { restError, restErrorMessage, sendRest } from "./rest-client.ts";
import type { RestClientOptions, RestReply, RestRequest } from "./rest-client.ts";
import { configuredProperties, restClientOf, storageProperties } from "./rest-settings.ts";
import type { Properties } from "./rest-settings.ts";
import { checkIdentifier, checkNamespace, identifierToString } from "./table-identifier.ts";
import type { TableIdentifier } from "./table-identifier.ts";

/** What the REST catalog is made of. */
export interface RestCatalogOptions {
  /** Iceberg's own names: `uri`, `warehouse`, `token`, `prefix`, `header.*`, `s3.*`, … */
  readonly properties: Properties;
  readonly fetch: typeof globalThis.fetch;
  /** Serves all tables in place of what the properties and the server say; owned by the catalog. */
  readonly fileIo?: FileIo | undefined;
}

/** Texts by which servers tell of a lost race without the status 409. */
const lostRace = new RegExp(
  [
    "commit\\s?failed",
    "sequence number",
    "requirement failed",
    "snapshot already exists",
    "before last",
    "has changed",
  ].join("|"),
  "iu",
);

/**
 * Connects to a catalog that speaks Iceberg's REST protocol: asks for its configuration, whose
 * overrides win over our properties and whose defaults lose to them.
 *
 * Errors: `SETTINGS_INVALID`, `UNSUPPORTED`, `CATALOG_UNAVAILABLE`, `CATALOG_UNAUTHORIZED`.
 */
export async function connectRestCatalog(
  options: RestCatalogOptions,
  operation: OperationOptions = {},
): Promise<Catalog> {
  const asked = restClientOf(options.properties, options.fetch);
  const warehouse = options.properties["warehouse"];
  const query = warehouse === undefined ? "" : `?warehouse=${encodeURIComponent(warehouse)}`;
  const reply = await sendRest(asked, { method: "GET", path: `/v1/config${query}` }, operation);
  if (reply.kind !== "answer" || reply.status !== 200) {
    throw restError(asked, reply, "read the catalog's configuration");
  }
  const properties = configuredProperties(options.properties, reply.text);
  return new RestCatalog(properties, restClientOf(properties, options.fetch), options.fileIo);
}

class RestCatalog implements Catalog {
  readonly kind = "rest";
  readonly commitGuard = "requirements";
  readonly #properties: Properties;
  readonly #client: RestClientOptions;
  readonly #fileIo: FileIo | undefined;
  /** One storage per table and set of credentials; a renewed set replaces the older one. */
  readonly #opened = new Map<string, { readonly settings: string; readonly fileIo: FileIo }>();

  constructor(properties: Properties, client: RestClientOptions, fileIo: FileIo | undefined) {
    this.#properties = properties;
    this.#client = client;
    this.#fileIo = fileIo;
  }

  async loadTable(identifier: TableIdentifier, options?: OperationOptions): Promise<CatalogTable> {
    const name = identifierToString(identifier);
    const path = `${this.#tablePath(identifier)}?snapshots=all`;
    const reply = await this.#send({ method: "GET", path }, options);
    if (isStatus(reply, 404)) throw notFound("TABLE_NOT_FOUND", "table", name, reply);
    return this.#tableOf(identifier, this.#expect(reply, [200], `load table ${name}`));
  }

  async tableExists(identifier: TableIdentifier, options?: OperationOptions): Promise<boolean> {
    const request = { method: "HEAD", path: this.#tablePath(identifier) } as const;
    const reply = await this.#send(request, options);
    if (isStatus(reply, 404)) return false;
    this.#expect(reply, [200, 204], `look for table ${identifierToString(identifier)}`);
    return true;
  }

  async createTable(
    identifier: TableIdentifier,
    request: CreateTableRequest,
    options?: OperationOptions,
  ): Promise<CatalogTable> {
    checkIdentifier(identifier);
    const name = identifierToString(identifier);
    const body = {
      name: identifier.name,
      schema: schemaToJson(request.schema),
      "stage-create": false,
      properties: { ...request.properties },
      ...(request.location === undefined ? {} : { location: request.location }),
      ...(request.partitionSpec === undefined
        ? {}
        : { "partition-spec": partitionSpecToJson(request.partitionSpec) }),
      ...(request.sortOrder === undefined
        ? {}
        : { "write-order": sortOrderToJson(request.sortOrder) }),
    };
    const path = `${this.#namespacePath(identifier.namespace)}/tables`;
    const reply = await this.#send({ method: "POST", path, body }, options);
    if (isStatus(reply, 409)) {
      throw new IcebergError("TABLE_ALREADY_EXISTS", `table ${name} exists already`, {
        context: { identifier },
      });
    }
    if (isStatus(reply, 404)) {
      throw notFound("NAMESPACE_NOT_FOUND", "namespace", identifier.namespace.join("."), reply);
    }
    return this.#tableOf(identifier, this.#expect(reply, [200], `create table ${name}`));
  }

  async commitTable(
    table: CatalogTable,
    commit: TableCommit,
    options?: OperationOptions,
  ): Promise<CommitOutcome> {
    const { identifier } = table;
    const name = identifierToString(identifier);
    const body = {
      identifier: { namespace: identifier.namespace, name: identifier.name },
      requirements: commit.requirements.map(tableRequirementToJson),
      updates: commit.updates.map(tableUpdateToJson),
    };
    const path = this.#tablePath(identifier);
    const reply = await this.#send({ method: "POST", path, body }, options);
    const doing = `commit to table ${name}`;
    if (reply.kind === "not-sent") throw restError(this.#client, reply, doing);
    if (reply.kind === "no-answer") return { kind: "unknown", cause: reply.cause };
    const { status, text } = reply;
    if (status === 200) {
      try {
        return { kind: "committed", table: committedTable(table, parseJson(text, doing)) };
      } catch (cause) {
        return { kind: "unknown", cause };
      }
    }
    const told = restErrorMessage(text);
    if (status === 409 || ((status === 400 || status === 422) && lostRace.test(told))) {
      return { kind: "conflict", reason: `${name}: ${told}` };
    }
    const error = restError(this.#client, reply, doing);
    // The server may have applied the commit before it failed to say so.
    if (status >= 500 || status === 408) return { kind: "unknown", cause: error };
    if (status === 404) throw notFound("TABLE_NOT_FOUND", "table", name, reply);
    throw error;
  }

  async dropTable(
    identifier: TableIdentifier,
    options: OperationOptions & { readonly purge?: boolean | undefined } = {},
  ): Promise<void> {
    const name = identifierToString(identifier);
    const path = `${this.#tablePath(identifier)}?purgeRequested=${options.purge === true}`;
    const reply = await this.#send({ method: "DELETE", path }, options);
    if (isStatus(reply, 404)) throw notFound("TABLE_NOT_FOUND", "table", name, reply);
    this.#expect(reply, [200, 204], `drop table ${name}`);
    this.#opened.delete(name);
  }

  async listTables(
    namespace: readonly string[],
    options?: OperationOptions,
  ): Promise<readonly TableIdentifier[]> {
    const name = namespace.join(".");
    const tables: TableIdentifier[] = [];
    let pageToken: string | undefined;
    do {
      const query = pageToken === undefined ? "" : `?pageToken=${encodeURIComponent(pageToken)}`;
      const path = `${this.#namespacePath(namespace)}/tables${query}`;
      const reply = await this.#send({ method: "GET", path }, options);
      if (isStatus(reply, 404)) throw notFound("NAMESPACE_NOT_FOUND", "namespace", name, reply);
      const page = this.#expect(reply, [200], `list tables of ${name}`);
      tables.push(...readArray(page["identifiers"], "identifiers").map(identifierFromJson));
      pageToken = readOptional(page["next-page-token"], "next-page-token", readString);
    } while (pageToken !== undefined);
    return tables;
  }

  async ensureNamespace(namespace: readonly string[], options?: OperationOptions): Promise<void> {
    const name = namespace.join(".");
    // Looked for first: whoever may write tables need not be allowed to create namespaces.
    const found = await this.#send(
      { method: "GET", path: this.#namespacePath(namespace) },
      options,
    );
    if (isStatus(found, 200)) return;
    if (!isStatus(found, 404)) throw restError(this.#client, found, `look for namespace ${name}`);
    const request = {
      method: "POST",
      path: `${this.#root}/namespaces`,
      body: { namespace, properties: {} },
    } as const;
    const reply = await this.#send(request, options);
    if (!isStatus(reply, 409)) this.#expect(reply, [200, 204], `create namespace ${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { fileIo } of this.#opened.values()) await fileIo[Symbol.asyncDispose]();
    this.#opened.clear();
    await this.#fileIo?.[Symbol.asyncDispose]();
  }

  get #root(): string {
    const prefix = this.#properties["prefix"];
    return prefix === undefined || prefix === "" ? "/v1" : `/v1/${prefix}`;
  }

  #namespacePath(namespace: readonly string[]): string {
    checkNamespace(namespace);
    if (namespace.length === 0) {
      throw new IcebergError("SETTINGS_INVALID", "a REST catalog needs a namespace for each table");
    }
    return `${this.#root}/namespaces/${encodeURIComponent(namespace.join("\u001F"))}`;
  }

  #tablePath(identifier: TableIdentifier): string {
    checkIdentifier(identifier);
    const namespace = this.#namespacePath(identifier.namespace);
    return `${namespace}/tables/${encodeURIComponent(identifier.name)}`;
  }

  #send(request: RestRequest, options?: OperationOptions): Promise<RestReply> {
    return sendRest(this.#client, request, options);
  }

  #expect(reply: RestReply, statuses: readonly number[], doing: string): JsonObject {
    if (reply.kind !== "answer" || !statuses.includes(reply.status)) {
      throw restError(this.#client, reply, doing);
    }
    return reply.text === "" ? {} : readObject(parseJson(reply.text, doing), doing);
  }

  #tableOf(identifier: TableIdentifier, answer: JsonObject): CatalogTable {
    const metadata = tableMetadataFromJson(answer["metadata"]);
    const storage = this.#fileIo ?? this.#openFileIo(identifier, metadata.location, answer);
    return {
      identifier,
      metadata,
      fileIo: storage,
      ...metadataLocationOf(answer),
    };
  }

  #openFileIo(identifier: TableIdentifier, location: string, answer: JsonObject): FileIo {
    const properties = storageProperties(this.#properties, location, answer);
    const settings = JSON.stringify(properties);
    const name = identifierToString(identifier);
    const known = this.#opened.get(name);
    if (known?.settings === settings) return known.fileIo;
    // The replaced one is not closed: writers that are open still use it.
    const fileIo = createResolvingFileIo(properties);
    this.#opened.set(name, { settings, fileIo });
    return fileIo;
  }
}

function isStatus(reply: RestReply, status: number): boolean {
  return reply.kind === "answer" && reply.status === status;
}

function notFound(
  code: "TABLE_NOT_FOUND" | "NAMESPACE_NOT_FOUND",
  what: string,
  name: string,
  reply: RestReply,
): IcebergError {
  const told = reply.kind === "answer" ? restErrorMessage(reply.text) : "";
  return new IcebergError(code, `no ${what} ${name}${told === "" ? "" : `: ${told}`}`);
}

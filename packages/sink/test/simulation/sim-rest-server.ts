import {
  IcebergError,
  parseJson,
  partitionSpecFromJson,
  schemaFromJson,
  serializeJson,
  serializeTableMetadata,
  tableRequirementFromJson,
  tableUpdateFromJson,
} from "@salon/iceberg-writer";
import type {
  Catalog,
  CatalogTable,
  CreateTableRequest,
  JsonObject,
  JsonValue,
  TableCommit,
  TableIdentifier,
  TableMetadata,
  TableUpdate,
} from "@salon/iceberg-writer";

/** A request as the server sees it. */
export interface SimRequest {
  readonly method: string;
  /** Behind the host, with the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SimAnswer {
  readonly status: number;
  readonly body: string;
  /** Of the table that it tells of. */
  readonly etag?: string | undefined;
}

const TABLES = /^\/v1\/namespaces\/(?<namespace>[^/]+)\/tables(?:\/(?<name>[^/]+))?$/u;

/**
 * A server of Iceberg's REST protocol that behaves as the reference server does: it compares the
 * requirements and nothing else, never properties, with the newest metadata, and where another
 * commit comes between it refreshes and applies the updates anew.
 */
export class SimRestServer {
  readonly #tables: Catalog;
  readonly #remembersKeys: boolean;
  readonly #sendsTags: boolean;
  readonly #onCommitted: (table: CatalogTable) => void;
  /** Answers by idempotency key. */
  readonly #answers = new Map<string, Promise<SimAnswer>>();
  /** Bodies by the metadata that they tell of. */
  readonly #bodies = new WeakMap<object, string>();

  constructor(options: {
    /** Keeps the tables; checks requirements, refreshes and applies anew. */
    readonly tables: Catalog;
    /** Whether it answers a request that comes again, by its key, as it did before. */
    readonly remembersKeys: boolean;
    /** Whether it tells by tags which version of a table it tells of, and may be asked by them. */
    readonly sendsTags: boolean;
    readonly onCommitted: (table: CatalogTable) => void;
  }) {
    this.#tables = options.tables;
    this.#remembersKeys = options.remembersKeys;
    this.#sendsTags = options.sendsTags;
    this.#onCommitted = options.onCommitted;
  }

  handle(request: SimRequest): Promise<SimAnswer> {
    if (!this.#remembersKeys) return this.#answer(request);
    const key = request.headers["idempotency-key"];
    if (key === undefined) return this.#answer(request);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#answer(request);
    this.#answers.set(key, answer);
    return answer;
  }

  async #answer(request: SimRequest): Promise<SimAnswer> {
    try {
      return await this.#route(request);
    } catch (error) {
      if (!(error instanceof IcebergError)) throw error;
      const status = statusOf(error);
      return failed(status, error.message);
    }
  }

  async #route({ method, path, headers, body }: SimRequest): Promise<SimAnswer> {
    const [resource = ""] = path.split("?");
    if (resource === "/v1/config") return { status: 200, body: serializeJson(this.#config()) };
    const { namespace, name } = TABLES.exec(resource)?.groups ?? {};
    if (namespace === undefined) return { status: 200, body: "{}" };
    if (name === undefined) return this.#create([namespace], body);
    const identifier = { namespace: [namespace], name };
    switch (method) {
      case "HEAD":
        return { status: (await this.#tables.tableExists(identifier)) ? 204 : 404, body: "" };
      case "GET":
        return unlessSame(headers, this.#tell(await this.#tables.loadTable(identifier)));
      case "POST":
        return this.#commit(identifier, body);
      default:
        return failed(406, `${method} is not for tables`);
    }
  }

  #config(): JsonObject {
    const table = "/v1/{prefix}/namespaces/{namespace}/tables/{table}";
    return {
      defaults: {},
      overrides: {},
      endpoints: [`HEAD ${table}`, `GET ${table}`, `POST ${table}`],
      ...(this.#remembersKeys ? { "idempotency-key-lifetime": "PT30M" } : {}),
    };
  }

  async #create(namespace: readonly string[], text: string): Promise<SimAnswer> {
    const json = parseJson(text, "table") as JsonObject;
    const spec = json["partition-spec"];
    const request: CreateTableRequest = {
      schema: schemaFromJson(json["schema"]),
      partitionSpec: spec === undefined ? undefined : partitionSpecFromJson(spec),
      properties: json["properties"] as Record<string, string>,
    };
    const identifier = { namespace, name: json["name"] as string };
    return this.#tell(await this.#tables.createTable(identifier, request));
  }

  async #commit(identifier: TableIdentifier, text: string): Promise<SimAnswer> {
    const json = parseJson(text, "commit") as JsonObject;
    const table = await this.#tables.loadTable(identifier);
    const commit: TableCommit = {
      requirements: (json["requirements"] as JsonValue[]).map(tableRequirementFromJson),
      updates: (json["updates"] as JsonValue[])
        .map(tableUpdateFromJson)
        .map((update) => letIn(update, table.metadata)),
    };
    const outcome = await this.#tables.commitTable(table, commit);
    if (outcome.kind !== "committed") return failed(409, JSON.stringify(outcome));
    this.#onCommitted(outcome.table);
    return this.#tell(outcome.table);
  }

  #tell({ metadata, metadataLocation }: CatalogTable): SimAnswer {
    let body = this.#bodies.get(metadata);
    if (body === undefined) {
      const location = JSON.stringify(metadataLocation);
      const text = serializeTableMetadata(metadata);
      body = `{"metadata-location":${location},"metadata":${text},"config":{}}`;
      this.#bodies.set(metadata, body);
    }
    const etag = this.#sendsTags ? JSON.stringify(metadataLocation) : undefined;
    return { status: 200, body, etag };
  }
}

/** Nothing of a table that the client has by its tag. */
function unlessSame(headers: SimRequest["headers"], answer: SimAnswer): SimAnswer {
  const { etag } = answer;
  const isSame = etag !== undefined && headers["if-none-match"] === etag;
  return isSame ? { status: 304, body: "", etag } : answer;
}

/**
 * The reference server takes a snapshot without a parent whatever its sequence number
 * (`TableMetadata.Builder.addSnapshot`); the catalog that keeps the tables is stricter.
 */
function letIn(update: TableUpdate, { lastSequenceNumber }: TableMetadata): TableUpdate {
  if (update.action !== "add-snapshot") return update;
  const { snapshot } = update;
  const isStale = snapshot.sequenceNumber <= lastSequenceNumber;
  if (snapshot.parentSnapshotId !== undefined || !isStale) return update;
  return { ...update, snapshot: { ...snapshot, sequenceNumber: lastSequenceNumber + 1n } };
}

function failed(status: number, message: string): SimAnswer {
  return { status, body: serializeJson({ error: { message, type: "Failed", code: status } }) };
}

function statusOf({ code }: IcebergError): number {
  if (code === "TABLE_NOT_FOUND") return 404;
  return code === "TABLE_ALREADY_EXISTS" ? 409 : 400;
}

import { IcebergError } from "../../iceberg-error.ts";
import type { FileIo, OperationOptions } from "../../io/file-io.ts";
import { readArray, readOptional, readString } from "../../spec/iceberg-json.ts";
import type { JsonObject } from "../../spec/iceberg-json.ts";
import { tableMetadataFromJson } from "../../spec/table-metadata-json.ts";
import type {
  Catalog,
  CatalogTable,
  CommitOutcome,
  CreateTableRequest,
  TableCommit,
} from "../catalog.ts";
import { checkIdentifier, identifierToString } from "../table-identifier.ts";
import type { TableIdentifier } from "../table-identifier.ts";
import { commitOutcome } from "./commit-outcome.ts";
import type { Endpoints } from "./endpoints.ts";
import type { HttpReply } from "./http-exchange.ts";
import { KeptTables } from "./kept-tables.ts";
import type { KeptTable } from "./kept-tables.ts";
import { requestCredentials } from "./request-credentials.ts";
import { identifierFromJson, metadataLocationOf } from "./rest-answer.ts";
import { sendRest } from "./rest-client.ts";
import type { RestClient, RestRequest } from "./rest-client.ts";
import { notFoundError, restError } from "./rest-error.ts";
import { sendMutation } from "./rest-mutation.ts";
import type { MutationReply } from "./rest-mutation.ts";
import { restPathsOf } from "./rest-paths.ts";
import type { RestPaths } from "./rest-paths.ts";
import { expectAnswer, isNotModified, isStatus } from "./rest-reply.ts";
import { catalogPlace, keptTablesSettingsOf } from "./rest-settings.ts";
import type { Properties } from "./rest-settings.ts";
import { createTableToJson, tableCommitToJson } from "./table-requests.ts";
import { TableStorages } from "./table-storages.ts";
import { vendedStorageOf } from "./vended-storage.ts";
import { refuseView } from "./view-probe.ts";

/** A catalog that is connected. */
export interface RestCatalogOptions {
  /** Ours, with what the server's configuration says. */
  readonly properties: Properties;
  readonly client: RestClient;
  readonly endpoints: Endpoints;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Serves all tables in place of what the properties and the server say; owned by the catalog. */
  readonly fileIo?: FileIo | undefined;
  /** What ends with the catalog. */
  readonly owned: AsyncDisposable;
}

/** The tables of a server of the REST protocol. */
export function createRestCatalog(options: RestCatalogOptions): Catalog {
  return new RestCatalog(options);
}

class RestCatalog implements Catalog {
  readonly kind = "rest";
  readonly commitGuard = "requirements";
  readonly #properties: Properties;
  readonly #client: RestClient;
  readonly #paths: RestPaths;
  readonly #endpoints: Endpoints;
  readonly #fileIo: FileIo | undefined;
  readonly #owned: AsyncDisposable;
  readonly #storages: TableStorages;
  readonly #kept: KeptTables;

  constructor({ properties, client, endpoints, nowMs, fileIo, owned }: RestCatalogOptions) {
    this.#properties = properties;
    this.#client = client;
    this.#paths = restPathsOf(properties);
    this.#endpoints = endpoints;
    this.#fileIo = fileIo;
    this.#owned = owned;
    this.#kept = new KeptTables(keptTablesSettingsOf(properties), nowMs);
    this.#storages = new TableStorages({
      nowMs,
      request: (identifier, { credentialsEndpoint: endpoint }, signal) =>
        requestCredentials(
          { client, paths: this.#paths, endpoints, identifier, endpoint },
          { signal },
        ),
    });
  }

  async loadTable(identifier: TableIdentifier, options?: OperationOptions): Promise<CatalogTable> {
    const name = identifierToString(identifier);
    const kept = this.#kept.take(identifier);
    const reply = await this.#askForTable(identifier, kept, options);
    if (kept !== undefined && isNotModified(reply, kept.etag)) {
      this.#kept.keep(kept);
      return kept.table;
    }
    if (isStatus(reply, 404)) {
      await this.#refuseView(identifier, options);
      throw notFoundError("TABLE_NOT_FOUND", name, reply);
    }
    const table = this.#tableOf(identifier, this.#expect(reply, [200], `load table ${name}`));
    this.#kept.keepTold(table, reply);
    return table;
  }

  async tableExists(identifier: TableIdentifier, options?: OperationOptions): Promise<boolean> {
    const path = this.#paths.table(identifier);
    const request: RestRequest = this.#endpoints.has("tableExists")
      ? { method: "HEAD", path }
      : { method: "GET", path: `${path}?snapshots=refs` };
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
    const body = createTableToJson(identifier.name, request);
    const path = this.#paths.tables(identifier.namespace);
    const { reply, isRepeated } = await this.#change({ method: "POST", path, body }, options);
    if (isStatus(reply, 409)) {
      await this.#refuseView(identifier, options);
      throw new IcebergError("TABLE_ALREADY_EXISTS", `table ${name} exists already`, {
        context: { identifier },
      });
    }
    if (isStatus(reply, 404)) {
      throw notFoundError("NAMESPACE_NOT_FOUND", identifier.namespace.join("."), reply);
    }
    const table = this.#tableOf(identifier, this.#expect(reply, [200], `create table ${name}`));
    if (!isRepeated) this.#kept.keepTold(table, reply);
    return table;
  }

  async commitTable(
    table: CatalogTable,
    commit: TableCommit,
    options?: OperationOptions,
  ): Promise<CommitOutcome> {
    const { identifier } = table;
    const body = tableCommitToJson(identifier, commit);
    const path = this.#paths.table(identifier);
    const request = { method: "POST", path, body } as const;
    const kept = this.#kept.take(identifier);
    const sent = await this.#change(request, options);
    const outcome = commitOutcome(table, { ...sent, at: this.#at });
    if (outcome.kind === "committed") this.#kept.keepCommitted(outcome.table, sent, kept);
    return outcome;
  }

  async dropTable(
    identifier: TableIdentifier,
    options: OperationOptions & { readonly purge?: boolean | undefined } = {},
  ): Promise<void> {
    const name = identifierToString(identifier);
    const path = `${this.#paths.table(identifier)}?purgeRequested=${options.purge === true}`;
    this.#kept.take(identifier);
    const { reply, isRepeated } = await this.#change({ method: "DELETE", path }, options);
    this.#storages.forget(identifier);
    if (isRepeated && isStatus(reply, 404)) return;
    if (isStatus(reply, 404)) throw notFoundError("TABLE_NOT_FOUND", name, reply);
    this.#expect(reply, [200, 204], `drop table ${name}`);
  }

  async listTables(
    namespace: readonly string[],
    options?: OperationOptions,
  ): Promise<readonly TableIdentifier[]> {
    const name = namespace.join(".");
    const tables: TableIdentifier[] = [];
    const seen = new Set<string>();
    let pageToken = "";
    do {
      const query = pageToken === "" ? "" : `?pageToken=${encodeURIComponent(pageToken)}`;
      const path = `${this.#paths.tables(namespace)}${query}`;
      const reply = await this.#send({ method: "GET", path }, options);
      if (isStatus(reply, 404)) throw notFoundError("NAMESPACE_NOT_FOUND", name, reply);
      const page = this.#expect(reply, [200], `list tables of ${name}`);
      tables.push(...readArray(page["identifiers"], "identifiers").map(identifierFromJson));
      // Servers also say by an empty token that there is no further page.
      pageToken = readOptional(page["next-page-token"], "next-page-token", readString) ?? "";
      if (seen.has(pageToken)) {
        const message = `the tables of ${name} have no end: page ${pageToken} follows itself`;
        throw new IcebergError("METADATA_INVALID", message);
      }
      seen.add(pageToken);
    } while (pageToken !== "");
    return tables;
  }

  async ensureNamespace(namespace: readonly string[], options?: OperationOptions): Promise<void> {
    const name = namespace.join(".");
    // Looked for first: whoever may write tables need not be allowed to create namespaces.
    const found = await this.#send(
      { method: "GET", path: this.#paths.namespace(namespace) },
      options,
    );
    if (isStatus(found, 200)) return;
    if (!isStatus(found, 404)) throw this.#error(found, `look for namespace ${name}`);
    let reply = await this.#createNamespace(namespace, options);
    // Some servers want the namespaces above it to be there first, and tell by either status.
    if ((isStatus(reply, 404) || isStatus(reply, 409)) && namespace.length > 1) {
      await this.ensureNamespace(namespace.slice(0, -1), options);
      reply = await this.#createNamespace(namespace, options);
    }
    if (!isStatus(reply, 409)) this.#expect(reply, [200, 204], `create namespace ${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#storages[Symbol.asyncDispose]();
    await this.#fileIo?.[Symbol.asyncDispose]();
    await this.#owned[Symbol.asyncDispose]();
  }

  async #createNamespace(
    namespace: readonly string[],
    options: OperationOptions | undefined,
  ): Promise<HttpReply> {
    const body = { namespace, properties: {} };
    const request = { method: "POST", path: this.#paths.namespaces, body } as const;
    return (await this.#change(request, options)).reply;
  }

  #refuseView(identifier: TableIdentifier, options: OperationOptions | undefined): Promise<void> {
    const [client, paths, endpoints] = [this.#client, this.#paths, this.#endpoints];
    return refuseView({ client, paths, endpoints, identifier }, options);
  }

  /** Who is asked, for messages. */
  get #at(): string {
    return catalogPlace(this.#client.uri);
  }

  #send(request: RestRequest, options?: OperationOptions): Promise<HttpReply> {
    return sendRest(this.#client, request, options);
  }

  #change(request: RestRequest, options?: OperationOptions): Promise<MutationReply> {
    return sendMutation(this.#client, request, options);
  }

  #expect(reply: HttpReply, statuses: readonly number[], doing: string): JsonObject {
    return expectAnswer({ reply, statuses, doing, at: this.#at });
  }

  #error(reply: HttpReply, doing: string): IcebergError {
    return restError({ reply, doing, at: this.#at });
  }

  /** Whole, unless the server says that it is still the one that is kept. */
  async #askForTable(
    identifier: TableIdentifier,
    kept: KeptTable | undefined,
    options: OperationOptions | undefined,
  ): Promise<HttpReply> {
    const path = `${this.#paths.table(identifier)}?snapshots=all`;
    const request = { method: "GET", path } as const;
    if (kept === undefined) return this.#send(request, options);
    const headers = { "if-none-match": kept.etag };
    const reply = await this.#send({ ...request, headers }, options);
    const isOfAnother = isStatus(reply, 304) && !isNotModified(reply, kept.etag);
    return isOfAnother ? this.#send(request, options) : reply;
  }

  #tableOf(identifier: TableIdentifier, answer: JsonObject): CatalogTable {
    const storage = (): FileIo =>
      this.#storages.open(identifier, vendedStorageOf(this.#properties, answer));
    return {
      identifier,
      metadata: tableMetadataFromJson(answer["metadata"]),
      fileIo: this.#fileIo ?? storage(),
      ...metadataLocationOf(answer),
    };
  }
}

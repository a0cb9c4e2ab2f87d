import { isDeepStrictEqual } from "node:util";

import type { FileIo, OperationOptions } from "../../io/file-io.ts";
import type { Catalog } from "../catalog.ts";
import { authenticationSettingsOf } from "./authentication-settings.ts";
import type { RestAuthentication } from "./authentication.ts";
import { readCatalogConfig } from "./catalog-config.ts";
import type { CatalogConfig } from "./catalog-config.ts";
import { createAuthentication } from "./create-authentication.ts";
import { endpointsOf } from "./endpoints.ts";
import type { Fetch } from "./http-exchange.ts";
import { createIdempotency } from "./idempotency.ts";
import { createRestCatalog } from "./rest-catalog.ts";
import { sendRest } from "./rest-client.ts";
import type { RestClient } from "./rest-client.ts";
import { restError } from "./rest-error.ts";
import { catalogPlace, restSettingsOf } from "./rest-settings.ts";
import type { Properties } from "./rest-settings.ts";

/** What the REST catalog is made of. */
export interface RestCatalogOptions {
  /** Iceberg's own names: `uri`, `warehouse`, `credential`, `prefix`, `header.*`, `s3.*`, … */
  readonly properties: Properties;
  readonly fetch: Fetch;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly randomUuid: () => string;
  /** Serves all tables in place of what the properties and the server say; owned by the catalog. */
  readonly fileIo?: FileIo | undefined;
}

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
  const { properties: given, nowMs, fileIo } = options;
  await using owned = new AsyncDisposableStack();
  const first = clientOf(given, owned.use(authenticationOf(given, options)), options);
  const config = await loadConfig(first, given, operation);
  const { properties, idempotencyKeyLifetimeMs } = config;
  // A token that was just given serves on, unless the server names another way to one.
  const authentication = isDeepStrictEqual(
    authenticationSettingsOf(given),
    authenticationSettingsOf(properties),
  )
    ? first.authentication
    : owned.use(authenticationOf(properties, options));
  const client = {
    ...clientOf(properties, authentication, options),
    ...(idempotencyKeyLifetimeMs === undefined
      ? {}
      : { idempotency: createIdempotency(idempotencyKeyLifetimeMs, options) }),
  };
  const endpoints = endpointsOf(config.endpoints);
  return createRestCatalog({ properties, client, endpoints, nowMs, fileIo, owned: owned.move() });
}

async function loadConfig(
  client: RestClient,
  given: Properties,
  operation: OperationOptions,
): Promise<CatalogConfig> {
  const { warehouse } = given;
  const query = warehouse === undefined ? "" : `?warehouse=${encodeURIComponent(warehouse)}`;
  const reply = await sendRest(client, { method: "GET", path: `/v1/config${query}` }, operation);
  if (reply.kind === "answer" && reply.status === 200) return readCatalogConfig(given, reply.text);
  const doing = "read the catalog's configuration";
  throw restError({ reply, doing, at: catalogPlace(client.uri) });
}

function authenticationOf(
  properties: Properties,
  { fetch, nowMs }: RestCatalogOptions,
): RestAuthentication {
  const { timeoutMs } = restSettingsOf(properties);
  return createAuthentication(authenticationSettingsOf(properties), { fetch, nowMs, timeoutMs });
}

function clientOf(
  properties: Properties,
  authentication: RestAuthentication,
  { fetch }: RestCatalogOptions,
): RestClient {
  return { ...restSettingsOf(properties), authentication, fetch };
}

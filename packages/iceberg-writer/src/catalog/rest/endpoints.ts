/** Requests that not every server answers (REST spec: CatalogConfig, endpoints). */
const optionalEndpoints = {
  tableExists: "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
  loadCredentials: "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials",
  loadView: "GET /v1/{prefix}/namespaces/{namespace}/views/{view}",
} as const;

/** What a server is known to answer, or may answer. */
export interface Endpoints {
  has(endpoint: keyof typeof optionalEndpoints): boolean;
}

/**
 * Those that a server lists. One without a list is of before there were lists: it may have views,
 * but none of what came later.
 */
export function endpointsOf(listed: readonly string[] | undefined): Endpoints {
  const known = new Set(listed ?? [optionalEndpoints.loadView]);
  return { has: (endpoint) => known.has(optionalEndpoints[endpoint]) };
}

import type { OperationOptions } from "../../io/file-io.ts";
import type { HttpRequest } from "./http-exchange.ts";

/** How a client proves to a REST catalog who it is. Disposal ends what it does by itself. */
export interface RestAuthentication extends Disposable {
  /**
   * The request with its proof.
   *
   * Errors: `CATALOG_UNAUTHORIZED`, `CATALOG_UNAVAILABLE` (retryable), `SETTINGS_INVALID`.
   */
  prove(request: HttpRequest, options?: OperationOptions): Promise<HttpRequest>;
  /** Told that the server refused this proof: whether the same request may pass with another. */
  renewAfter(refused: HttpRequest): boolean;
}

import { apiVersions, ERROR_CODES } from "@salon/kafka-protocol";
import { handlerOf } from "./handler.ts";
import type { Handler } from "./handler.ts";

/** Tells clients of these handlers, and of itself. */
export function apiVersionsHandler(handlers: readonly Handler[]): Handler {
  const own: Handler = handlerOf(apiVersions, {
    handle: () => ({ errorCode: ERROR_CODES.NONE, apis: apis(), throttleTimeMs: 0 }),
    refuse: (_, errorCode) => ({ errorCode, apis: apis(), throttleTimeMs: 0 }),
  });
  const apis = () =>
    [...handlers, own].map(({ key, minVersion, maxVersion }) => ({ key, minVersion, maxVersion }));
  return own;
}

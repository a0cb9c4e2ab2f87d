import { setTimeout as sleep } from "node:timers/promises";
import { TestkitError } from "../testkit-error.ts";

/**
 * Tries a download or build up to three times: registries fail now and then.
 *
 * Errors: `INSTALL_FAILED` with the last cause.
 */
export async function retried(
  what: string,
  attempt: () => Promise<unknown>,
  { attemptsMax = 3, pauseMs = 5_000 }: { attemptsMax?: number; pauseMs?: number } = {},
): Promise<void> {
  for (let failures = 1; ; failures++) {
    try {
      await attempt();
      return;
    } catch (cause) {
      if (failures >= attemptsMax) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new TestkitError("INSTALL_FAILED", `cannot install ${what}: ${reason}`, { cause });
      }
      await sleep(pauseMs * failures);
    }
  }
}

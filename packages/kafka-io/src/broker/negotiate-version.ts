import type { Api } from "@salon/kafka-protocol";
import { addressText, type BrokerAddress } from "../port/connection-settings.ts";
import { KafkaIoError } from "../kafka-io-error.ts";

/** The versions of a request that a broker knows. */
export interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

/**
 * The highest version of a request that both sides know, up to `maxVersion`.
 *
 * @throws KafkaIoError `KAFKA_REQUEST_FAILED` where there is none.
 */
export function negotiateVersion(
  api: Pick<Api<unknown, unknown>, "name" | "minVersion" | "maxVersion">,
  known: VersionRange | undefined,
  address: BrokerAddress,
  maxVersion: number = Infinity,
): number {
  const version = Math.min(api.maxVersion, known?.maxVersion ?? -1, maxVersion);
  if (known !== undefined && version >= Math.max(api.minVersion, known.minVersion)) return version;
  const theirs = known === undefined ? "none" : `${known.minVersion} to ${known.maxVersion}`;
  const server = addressText(address);
  throw new KafkaIoError(
    "KAFKA_REQUEST_FAILED",
    `broker ${server} knows ${api.name} in versions ${theirs}, ` +
      `and needed is one of ${api.minVersion} to ${api.maxVersion}`,
    { context: { server, api: api.name } },
  );
}

import type { Api } from "@salon/kafka-protocol";
import { addressText, type BrokerAddress } from "../port/connection-settings.ts";
import { KafkaIoError } from "../kafka-io-error.ts";
import type { SendOptions } from "./broker-link.ts";

/** The versions of a request that a broker knows. */
export interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

/**
 * The highest version of a request that both sides know, within those of the options.
 *
 * @throws KafkaIoError `API_UNSUPPORTED` where there is none.
 */
export function negotiateVersion(
  api: Pick<Api<unknown, unknown>, "name" | "minVersion" | "maxVersion">,
  known: VersionRange | undefined,
  address: BrokerAddress,
  options: Pick<SendOptions, "minVersion" | "maxVersion"> = {},
): number {
  const minVersion = Math.max(api.minVersion, options.minVersion ?? 0);
  const maxVersion = Math.min(api.maxVersion, options.maxVersion ?? Infinity);
  const version = Math.min(maxVersion, known?.maxVersion ?? -1);
  if (known !== undefined && version >= Math.max(minVersion, known.minVersion)) return version;
  const theirs = known === undefined ? "none" : `${known.minVersion} to ${known.maxVersion}`;
  const server = addressText(address);
  throw new KafkaIoError(
    "API_UNSUPPORTED",
    `broker ${server} knows ${api.name} in versions ${theirs}, ` +
      `and needed is one of ${minVersion} to ${maxVersion}`,
    { context: { server, api: api.name } },
  );
}

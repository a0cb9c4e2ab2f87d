import type { OperationOptions } from "./file-io.ts";
import { RenewedLease } from "./renewed-lease.ts";
import type { Lease } from "./renewed-lease.ts";

type Properties = Readonly<Record<string, string>>;

/** Credentials for the locations that start with a prefix (REST spec: StorageCredential). */
export interface StorageCredential {
  readonly prefix: string;
  /** Under Iceberg's names: `s3.access-key-id`, `s3.session-token`, … */
  readonly properties: Properties;
}

/** Credentials that somebody lends for a time, and lends again. */
export interface CredentialComponents {
  readonly request: () => Promise<readonly StorageCredential[]>;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** The credentials of one prefix, as a store uses them. */
export interface PrefixCredentials {
  /** Those that serve now. Errors: those of whoever lends them. */
  get(options?: OperationOptions): Promise<Properties>;
  /** Told that the store takes these for outdated, so that `get` has others. */
  refuse(properties: Properties): void;
}

/** The credentials that a table's files need, renewed as long as they are used. */
export class VendedCredentials {
  readonly #lease: RenewedLease<readonly StorageCredential[]>;

  constructor(first: readonly StorageCredential[], { nowMs, request }: CredentialComponents) {
    this.#lease = new RenewedLease({ nowMs, request: async () => leaseOf(await request()) });
    this.offer(first);
  }

  /** Takes newer ones that came by themselves. */
  offer(credentials: readonly StorageCredential[]): void {
    this.#lease.offer(leaseOf(credentials));
  }

  /** The credential with the longest prefix of a location; undefined where none has one. */
  async find(location: string, options?: OperationOptions): Promise<StorageCredential | undefined> {
    return findCredential(await this.#lease.get(options), location);
  }

  /** What serves the locations that `find` gives this prefix for. */
  at(prefix: string): PrefixCredentials {
    return {
      get: async (options) => (await this.find(prefix, options))?.properties ?? {},
      refuse: (properties) => {
        this.#lease.refuse((held) => held.some((each) => each.properties === properties));
      },
    };
  }
}

function leaseOf(credentials: readonly StorageCredential[]): Lease<readonly StorageCredential[]> {
  const ends = credentials
    .map(({ properties }) => Number(properties["s3.session-token-expires-at-ms"]))
    .filter((endsAtMs) => endsAtMs > 0);
  return { value: credentials, endsAtMs: ends.length === 0 ? undefined : Math.min(...ends) };
}

function findCredential(
  credentials: readonly StorageCredential[],
  location: string,
): StorageCredential | undefined {
  const text = withoutAlias(location);
  return credentials
    .filter(({ prefix }) => text.startsWith(withoutAlias(prefix)))
    .toSorted((left, right) => right.prefix.length - left.prefix.length)[0];
}

/** `s3a` and `s3n` name the same objects as `s3`. */
function withoutAlias(prefix: string): string {
  return prefix.replace(/^s3[an]:/u, "s3:");
}

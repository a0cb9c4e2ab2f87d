import { isDeepStrictEqual } from "node:util";

import { createResolvingFileIo, createVendedFileIo } from "../../io/file-io-registry.ts";
import type { FileIo } from "../../io/file-io.ts";
import { VendedCredentials } from "../../io/vended-credentials.ts";
import type { StorageCredential } from "../../io/vended-credentials.ts";
import { identifierToString } from "../table-identifier.ts";
import type { TableIdentifier } from "../table-identifier.ts";
import type { Properties } from "./rest-settings.ts";
import type { VendedStorage } from "./vended-storage.ts";

/** Asks a server for credentials of a table that are newer than those that came with it. */
export type RequestCredentials = (
  identifier: TableIdentifier,
  storage: VendedStorage,
  signal: AbortSignal,
) => Promise<readonly StorageCredential[]>;

interface OpenStorage {
  readonly properties: Properties;
  readonly fileIo: FileIo;
  readonly vended: VendedCredentials | undefined;
}

/** The storage of each table that was loaded, which outlives any set of credentials. */
export class TableStorages implements AsyncDisposable {
  readonly #request: RequestCredentials;
  readonly #nowMs: () => number;
  readonly #storages = new Map<string, OpenStorage>();
  readonly #owned = new AsyncDisposableStack();
  readonly #disposal = new AbortController();

  constructor(components: {
    readonly request: RequestCredentials;
    /** Milliseconds since 1970. */
    readonly nowMs: () => number;
  }) {
    this.#request = components.request;
    this.#nowMs = components.nowMs;
  }

  /** The one that serves a table; credentials that came with it replace older ones. */
  open(identifier: TableIdentifier, storage: VendedStorage): FileIo {
    const name = identifierToString(identifier);
    const known = this.#storages.get(name);
    const isVended = storage.credentials.length > 0;
    if (
      known !== undefined &&
      isDeepStrictEqual(known.properties, storage.properties) &&
      isVended === (known.vended !== undefined)
    ) {
      known.vended?.offer(storage.credentials);
      return known.fileIo;
    }
    const vended = isVended ? this.#vendedOf(identifier, storage) : undefined;
    const { properties } = storage;
    // One that is replaced stays open to the end: writers that are open still use it.
    const fileIo = this.#owned.use(
      vended === undefined
        ? createResolvingFileIo(properties)
        : createVendedFileIo(properties, vended),
    );
    this.#storages.set(name, { properties, fileIo, vended });
    return fileIo;
  }

  /** The table is gone. */
  forget(identifier: TableIdentifier): void {
    this.#storages.delete(identifierToString(identifier));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort();
    this.#storages.clear();
    await this.#owned.disposeAsync();
  }

  #vendedOf(identifier: TableIdentifier, storage: VendedStorage): VendedCredentials {
    return new VendedCredentials(storage.credentials, {
      nowMs: this.#nowMs,
      request: () => this.#request(identifier, storage, this.#disposal.signal),
    });
  }
}

import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";

import { setTimeout as sleep } from "node:timers/promises";

import { IcebergError } from "../iceberg-error.ts";
import type { FileEntry, FileIo, OperationOptions, OutputFile } from "./file-io.ts";
import { parseLocation } from "./location.ts";
import { isOutdatedCredentials, s3Error, s3ErrorName, s3Status } from "./s3-error.ts";
import { S3OutputFile } from "./s3-output-file.ts";
import { s3CredentialsFromProperties, s3SettingsFromProperties } from "./s3-settings.ts";
import type { S3Credentials, S3Settings } from "./s3-settings.ts";
import type { PrefixCredentials } from "./vended-credentials.ts";

/** A store answers 409 while another conditional write of the same key is on its way. */
const conflictTriesMax = 10;
const conflictDelayMs = 50;
/** Times that one action is tried while the store takes vended credentials for outdated. */
const credentialTriesMax = 2;

/**
 * Objects of an S3 store under `s3://`, `s3a://` and `s3n://`, which all name the same objects.
 * Properties: see {@link s3SettingsFromProperties}. Vended credentials serve in place of those of
 * the properties.
 */
export function createS3FileIo(
  properties: Readonly<Record<string, string>>,
  vended?: PrefixCredentials,
): FileIo {
  return new S3FileIo(s3SettingsFromProperties(properties), vended);
}

class S3FileIo implements FileIo {
  readonly schemes: readonly string[] = ["s3", "s3a", "s3n"];
  readonly #client: S3Client;
  readonly #endpoint: string;
  readonly #vended: PrefixCredentials | undefined;

  constructor(settings: S3Settings, vended: PrefixCredentials | undefined) {
    this.#endpoint = settings.endpoint ?? "AWS S3";
    this.#vended = vended;
    const credentials = vended === undefined ? settings.credentials : () => identityOf(vended);
    this.#client = new S3Client({
      ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
      ...(settings.region === undefined ? {} : { region: settings.region }),
      ...(credentials === undefined ? {} : { credentials }),
      forcePathStyle: settings.pathStyleAccess,
      followRegionRedirects: settings.endpoint === undefined,
      // Stores other than AWS do not know the checksums that the SDK adds by default.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: {
        connectionTimeout: settings.connectTimeoutMs,
        requestTimeout: settings.requestTimeoutMs,
        throwOnRequestTimeout: true,
      },
    });
  }

  async read(location: string, options: OperationOptions = {}): Promise<Uint8Array> {
    return this.#get(location, undefined, options);
  }

  async readRange(
    location: string,
    start: number,
    end: number,
    options: OperationOptions = {},
  ): Promise<Uint8Array> {
    if (end <= start) return new Uint8Array(0);
    return this.#get(location, `bytes=${start}-${end - 1}`, options);
  }

  async stat(location: string, options: OperationOptions = {}): Promise<FileEntry | undefined> {
    return this.#call("stat", location, options, async (request) => {
      try {
        const head = await this.#client.send(new HeadObjectCommand(objectOf(location)), request);
        return entry(location, head.ContentLength, head.LastModified);
      } catch (error) {
        if (s3Status(error) === 404 && s3ErrorName(error) !== "NoSuchBucket") return undefined;
        throw error;
      }
    });
  }

  async write(location: string, bytes: Uint8Array, options: OperationOptions = {}): Promise<void> {
    await this.#call("write", location, options, (request) =>
      this.#client.send(
        new PutObjectCommand({ ...objectOf(location), Body: bytes, ContentLength: bytes.length }),
        request,
      ),
    );
  }

  async createExclusive(
    location: string,
    bytes: Uint8Array,
    options: OperationOptions = {},
  ): Promise<"created" | "exists"> {
    return this.#call("create", location, options, async (request) => {
      for (let tries = 1; ; tries += 1) {
        try {
          await this.#client.send(
            new PutObjectCommand({
              ...objectOf(location),
              Body: bytes,
              ContentLength: bytes.length,
              IfNoneMatch: "*",
            }),
            request,
          );
          return "created";
        } catch (error) {
          const status = s3Status(error);
          if (status === 412) return "exists";
          if (status === 501) throw unsupported(location, this.#endpoint, error);
          if (status !== 409 || tries === conflictTriesMax) throw error;
          await delay(conflictDelayMs * tries, options.signal);
        }
      }
    });
  }

  async openWrite(location: string, options: OperationOptions = {}): Promise<OutputFile> {
    options.signal?.throwIfAborted();
    return new S3OutputFile({
      client: this.#client,
      location,
      object: objectOf(location),
      call: (action) => this.#call("write", location, options, action),
    });
  }

  async delete(location: string, options: OperationOptions = {}): Promise<void> {
    await this.#call("delete", location, options, (request) =>
      this.#client.send(new DeleteObjectCommand(objectOf(location)), request),
    );
  }

  async *list(prefix: string, options: OperationOptions = {}): AsyncIterable<FileEntry> {
    const root = rootOf(prefix);
    for await (const page of this.#pages(prefix, undefined, options)) {
      for (const object of page.Contents ?? []) {
        // A key ending in a slash is some tool's mark for a folder.
        if (object.Key === undefined || object.Key.endsWith("/")) continue;
        yield entry(root + object.Key, object.Size, object.LastModified);
      }
    }
  }

  async *listFolders(folder: string, options: OperationOptions = {}): AsyncIterable<string> {
    const root = rootOf(folder);
    for await (const page of this.#pages(folder, "/", options)) {
      for (const { Prefix } of page.CommonPrefixes ?? []) {
        if (Prefix !== undefined) yield root + Prefix;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }

  async #get(
    location: string,
    range: string | undefined,
    options: OperationOptions,
  ): Promise<Uint8Array> {
    return this.#call("read", location, options, async (request) => {
      try {
        const { Body } = await this.#client.send(
          new GetObjectCommand({
            ...objectOf(location),
            ...(range === undefined ? {} : { Range: range }),
          }),
          request,
        );
        return Body === undefined ? new Uint8Array(0) : await Body.transformToByteArray();
      } catch (error) {
        // A range that starts at or behind the end of the object has no bytes.
        if (s3Status(error) === 416) return new Uint8Array(0);
        throw error;
      }
    });
  }

  async *#pages(
    prefix: string,
    delimiter: string | undefined,
    options: OperationOptions,
  ): AsyncIterable<ListObjectsV2CommandOutput> {
    const { Bucket, Key } = objectOf(prefix);
    let token: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await this.#call(
        "list",
        prefix,
        options,
        (request) =>
          this.#client.send(
            new ListObjectsV2Command({
              Bucket,
              Prefix: Key,
              ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
            request,
          ),
      );
      yield page;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async #call<T>(
    verb: string,
    location: string,
    options: OperationOptions,
    action: (request: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const request = options.signal === undefined ? {} : { abortSignal: options.signal };
    for (let tries = 1; ; tries += 1) {
      options.signal?.throwIfAborted();
      const held = await this.#vended?.get(options);
      try {
        return await action(request);
      } catch (error) {
        if (held === undefined || tries === credentialTriesMax || !isOutdatedCredentials(error)) {
          throw s3Error(error, { verb, location, endpoint: this.#endpoint });
        }
        this.#vended?.refuse(held);
      }
    }
  }
}

/** The SDK would keep them until they end; whoever vends them knows better, and is asked anew. */
async function identityOf(
  vended: PrefixCredentials,
): Promise<S3Credentials & { expiration: Date }> {
  const credentials = s3CredentialsFromProperties(await vended.get());
  if (credentials === undefined) {
    throw new IcebergError("ACCESS_DENIED", "the catalog vends credentials without a key of S3");
  }
  return { ...credentials, expiration: new Date(0) };
}

function objectOf(location: string): { readonly Bucket: string; readonly Key: string } {
  const { scheme, authority, path } = parseLocation(location);
  if (!/^s3[an]?$/u.test(scheme) || authority === "") {
    throw new IcebergError("SETTINGS_INVALID", `${location} does not name an S3 bucket`, {
      context: { location },
    });
  }
  return { Bucket: authority, Key: path.slice(1) };
}

function rootOf(location: string): string {
  return location.slice(0, location.length - objectOf(location).Key.length);
}

function entry(location: string, length: number | undefined, modified?: Date): FileEntry {
  return {
    location,
    length: length ?? 0,
    ...(modified === undefined ? {} : { modifiedMs: modified.getTime() }),
  };
}

function unsupported(location: string, endpoint: string, cause: unknown): IcebergError {
  return new IcebergError(
    "CONDITIONAL_CREATE_UNSUPPORTED",
    `${endpoint} refuses If-None-Match for ${location}, without which commits are not safe`,
    { context: { location, endpoint }, cause },
  );
}

function delay(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return sleep(delayMs, undefined, signal === undefined ? {} : { signal });
}

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { CompletedPart, S3Client } from "@aws-sdk/client-s3";

import type { OutputFile } from "./file-io.ts";
import { s3ErrorName } from "./s3-error.ts";

/** S3 takes parts of 5 MiB or more, at most 10,000 of them. */
const partSizeBytes = 8 * 1024 * 1024;
const partsInFlightMax = 2;
const abortTimeoutMs = 10_000;

interface Request {
  readonly abortSignal?: AbortSignal;
}

/** What an {@link S3OutputFile} needs of the store that opened it. */
export interface S3OutputFileOptions {
  readonly client: S3Client;
  readonly location: string;
  readonly object: { readonly Bucket: string; readonly Key: string };
  /** Runs one action against the store and gives its errors their meaning. */
  readonly call: <T>(action: (request: Request) => Promise<T>) => Promise<T>;
}

/**
 * An object being written: one PUT when it is smaller than a part, otherwise a multipart upload
 * with a few parts in flight. Nothing is visible before `close`; disposal drops the parts.
 */
export class S3OutputFile implements OutputFile {
  readonly location: string;
  length = 0;
  readonly #options: S3OutputFileOptions;
  #buffered: Uint8Array[] = [];
  #bufferedBytes = 0;
  #uploadId: string | undefined;
  #partCount = 0;
  readonly #completed: CompletedPart[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  #failure: { readonly cause: unknown } | undefined;
  #isDone = false;

  constructor(options: S3OutputFileOptions) {
    this.#options = options;
    this.location = options.location;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#checkUsable();
    this.#buffered.push(bytes);
    this.#bufferedBytes += bytes.length;
    this.length += bytes.length;
    while (this.#bufferedBytes >= partSizeBytes) {
      await this.#startPart(this.#take(partSizeBytes));
    }
  }

  async close(): Promise<void> {
    this.#checkUsable();
    if (this.#uploadId === undefined) {
      const body = this.#take(this.#bufferedBytes);
      await this.#options.call((request) =>
        this.#options.client.send(
          new PutObjectCommand({
            ...this.#options.object,
            Body: body,
            ContentLength: body.length,
          }),
          request,
        ),
      );
    } else {
      if (this.#bufferedBytes > 0) await this.#startPart(this.#take(this.#bufferedBytes));
      await Promise.all(this.#inFlight);
      this.#checkUsable();
      await this.#complete(this.#uploadId);
    }
    this.#isDone = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#buffered = [];
    const uploadId = this.#uploadId;
    if (uploadId === undefined) return;
    await Promise.all(this.#inFlight);
    // Without the caller's signal: an aborted caller is the usual reason to be here. An error
    // would hide the one that led here; parts that stay are the store's to clean up.
    const abort = new AbortMultipartUploadCommand({ ...this.#options.object, UploadId: uploadId });
    await this.#options.client
      .send(abort, { abortSignal: AbortSignal.timeout(abortTimeoutMs) })
      .catch(() => undefined);
  }

  #checkUsable(): void {
    if (this.#failure !== undefined) throw this.#failure.cause;
    if (this.#isDone) throw new Error(`${this.location} is closed`);
  }

  #take(size: number): Uint8Array {
    const all = this.#buffered.length === 1 ? this.#buffered[0] : undefined;
    const joined = all ?? Buffer.concat(this.#buffered);
    this.#buffered = size < joined.length ? [joined.subarray(size)] : [];
    this.#bufferedBytes -= size;
    return joined.subarray(0, size);
  }

  async #startPart(body: Uint8Array): Promise<void> {
    const { client, object, call } = this.#options;
    this.#uploadId ??= await call(async (request) => {
      const started = await client.send(new CreateMultipartUploadCommand(object), request);
      return started.UploadId;
    });
    const uploadId = this.#uploadId;
    this.#partCount += 1;
    const part = this.#partCount;
    while (this.#inFlight.size >= partsInFlightMax) await Promise.race(this.#inFlight);
    this.#checkUsable();
    const upload = call(async (request) => {
      const { ETag } = await client.send(
        new UploadPartCommand({
          ...object,
          UploadId: uploadId,
          PartNumber: part,
          Body: body,
          ContentLength: body.length,
        }),
        request,
      );
      this.#completed.push({ PartNumber: part, ...(ETag === undefined ? {} : { ETag }) });
    }).catch((cause: unknown) => {
      this.#failure ??= { cause };
    });
    this.#inFlight.add(upload);
    void upload.finally(() => this.#inFlight.delete(upload));
  }

  async #complete(uploadId: string): Promise<void> {
    const { client, object, call } = this.#options;
    const parts = this.#completed.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    await call(async (request) => {
      try {
        await client.send(
          new CompleteMultipartUploadCommand({
            ...object,
            UploadId: uploadId,
            MultipartUpload: { Parts: parts },
          }),
          request,
        );
      } catch (error) {
        // The SDK sends again when an answer is lost; the first one has ended the upload then.
        if (s3ErrorName(error) !== "NoSuchUpload") throw error;
        const head = await client.send(new HeadObjectCommand(object), request);
        if (head.ContentLength !== this.length) throw error;
      }
    });
  }
}

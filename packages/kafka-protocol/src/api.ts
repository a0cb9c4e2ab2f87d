import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { Field, MessageVersion } from "./field.ts";

/** What is to be known of a request and its response. */
export interface ApiDescription<Request, Response> {
  /** Kafka protocol: Api Keys. */
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The first version with compact types and tagged fields (KIP-482); none if absent. */
  readonly flexibleFrom?: number;
  readonly request: Field<Request>;
  readonly response: Field<Response>;
}

/**
 * A kind of request in all versions of it that are known, as bytes and as values. Bytes in what is
 * decoded are views of the message.
 */
export class Api<Request, Response> {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly #description: ApiDescription<Request, Response>;

  constructor(description: ApiDescription<Request, Response>) {
    this.key = description.key;
    this.name = description.name;
    this.minVersion = description.minVersion;
    this.maxVersion = description.maxVersion;
    this.#description = description;
  }

  /** Whether the version is described here. */
  hasVersion(version: number): boolean {
    return version >= this.minVersion && version <= this.maxVersion;
  }

  /** Whether the version has compact types and tagged fields, and so have its headers. */
  isFlexible(version: number): boolean {
    return version >= (this.#description.flexibleFrom ?? Infinity);
  }

  /** The body of a request. @throws RangeError for an unknown version. */
  encodeRequest(version: number, request: Request): Buffer {
    return encode(this.#description.request, request, this.#version(version));
  }

  /** @throws RangeError for an unknown version, and where the bytes end too early. */
  decodeRequest(version: number, body: Buffer): Request {
    return this.#description.request.read(new ByteReader(body), this.#version(version));
  }

  /** The body of a response. @throws RangeError for an unknown version. */
  encodeResponse(version: number, response: Response): Buffer {
    return encode(this.#description.response, response, this.#version(version));
  }

  /** @throws RangeError for an unknown version, and where the bytes end too early. */
  decodeResponse(version: number, body: Buffer): Response {
    return this.#description.response.read(new ByteReader(body), this.#version(version));
  }

  #version(number: number): MessageVersion {
    if (!this.hasVersion(number)) {
      throw new RangeError(
        `${this.name} is known in versions ${this.minVersion} to ${this.maxVersion}, not ${number}`,
      );
    }
    return { number, isFlexible: this.isFlexible(number) };
  }
}

/** The value that a request of an API has. */
export type RequestOf<Described> = Described extends {
  decodeRequest(version: number, body: Buffer): infer Request;
}
  ? Request
  : never;

/** The value that a response of an API has. */
export type ResponseOf<Described> = Described extends {
  decodeResponse(version: number, body: Buffer): infer Response;
}
  ? Response
  : never;

function encode<Value>(field: Field<Value>, value: Value, version: MessageVersion): Buffer {
  const writer = new ByteWriter();
  field.write(writer, value, version);
  return writer.toBuffer();
}

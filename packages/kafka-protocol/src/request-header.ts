import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { nullableString } from "./primitive-field.ts";

/** What stands before every request (Kafka protocol: Request Header). */
export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | undefined;
}

/** A request as it came: its header, and the rest, of which the header does not tell the length. */
export interface RequestFrame {
  readonly header: RequestHeader;
  readonly body: Buffer;
}

/** API key, version, correlation id: what is there in every version of the header. */
const FIXED_PART_SIZE = 8;
const FIXED = { number: 1, isFlexible: false } as const;

/**
 * Reads the header of a request. `isFlexible` says of its key and version whether the header ends
 * in tagged fields (version 2); its client id is of the fixed protocol all the same.
 *
 * @throws RangeError where the frame is too short.
 */
export function decodeRequestFrame(
  frame: Buffer,
  isFlexible: (apiKey: number, apiVersion: number) => boolean,
): RequestFrame {
  const reader = new ByteReader(frame);
  const apiKey = reader.readInt16();
  const apiVersion = reader.readInt16();
  const correlationId = reader.readInt32();
  const clientId = nullableString.read(reader, FIXED);
  if (isFlexible(apiKey, apiVersion)) reader.skipTaggedFields();
  const body = frame.subarray(frame.length - reader.remaining);
  return { header: { apiKey, apiVersion, correlationId, clientId }, body };
}

/** A request with its length, ready to be sent. */
export function encodeRequestFrame(
  header: RequestHeader,
  isFlexible: boolean,
  body: Buffer,
): Buffer {
  const writer = new ByteWriter()
    .writeInt16(header.apiKey)
    .writeInt16(header.apiVersion)
    .writeInt32(header.correlationId);
  nullableString.write(writer, header.clientId, FIXED);
  if (isFlexible) writer.writeUnsignedVarint(0);
  return framed(writer.writeFixed(body).toBuffer());
}

/**
 * A response with its length, ready to be sent. `isFlexible` says whether its header ends in tagged
 * fields (version 1); that of ApiVersions never does.
 */
export function encodeResponseFrame(
  correlationId: number,
  isFlexible: boolean,
  body: Buffer,
): Buffer {
  const writer = new ByteWriter().writeInt32(correlationId);
  if (isFlexible) writer.writeUnsignedVarint(0);
  return framed(writer.writeFixed(body).toBuffer());
}

/** A response as it came, without its length: what it answers, and its body. */
export interface ResponseFrame {
  readonly correlationId: number;
  readonly body: Buffer;
}

/**
 * Reads the header of a response; `isFlexible` as for {@link encodeResponseFrame}.
 *
 * @throws RangeError where the frame is too short.
 */
export function decodeResponseFrame(frame: Buffer, isFlexible: boolean): ResponseFrame {
  const reader = new ByteReader(frame);
  const correlationId = reader.readInt32();
  if (isFlexible) reader.skipTaggedFields();
  return { correlationId, body: frame.subarray(frame.length - reader.remaining) };
}

/** The correlation id of a request of which nothing else may be readable. */
export function correlationIdOf(frame: Buffer): number | undefined {
  return frame.length < FIXED_PART_SIZE ? undefined : frame.readInt32BE(4);
}

function framed(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(4 + message.length);
  frame.writeInt32BE(message.length);
  message.copy(frame, 4);
  return frame;
}

import { IcebergError } from "../iceberg-error.ts";

/**
 * A location taken apart. Nothing is decoded: Hadoop's `Path` and PyIceberg take the text behind
 * the scheme as it stands, so `%20` in a location is three characters of the name.
 */
export interface Location {
  /** Without the colon; `file` for an absolute path without a scheme. */
  readonly scheme: string;
  /** The bucket, the host, or nothing. */
  readonly authority: string;
  /** Behind the authority, its leading slash included. */
  readonly path: string;
}

const withAuthority = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/]*)(.*)$/su;
const withoutAuthority = /^([A-Za-z][A-Za-z0-9+.-]*):(\/.*)$/su;

/** Takes a location apart; `SETTINGS_INVALID` for a relative path. */
export function parseLocation(location: string): Location {
  const full = withAuthority.exec(location);
  if (full !== null) {
    const [, scheme = "", authority = "", path = ""] = full;
    return { scheme: scheme.toLowerCase(), authority, path };
  }
  // Hadoop prints local files with one slash: file:/tmp/x.
  const short = withoutAuthority.exec(location);
  if (short !== null) {
    const [, scheme = "", path = ""] = short;
    return { scheme: scheme.toLowerCase(), authority: "", path };
  }
  if (location.startsWith("/")) return { scheme: "file", authority: "", path: location };
  throw new IcebergError(
    "SETTINGS_INVALID",
    `location "${location}" is neither a URI with a scheme nor an absolute path`,
    { context: { location } },
  );
}

/**
 * The same text for every spelling of one file: `s3a` and `s3n` are `s3`, and a local file is its
 * path. Only for comparing; files are opened under the location as it was given.
 */
export function locationKey(location: string): string {
  const { scheme, authority, path } = parseLocation(location);
  return `${/^s3[an]$/u.test(scheme) ? "s3" : scheme}://${authority}${path}`;
}

/** `base` and the segments with exactly one slash between them; empty segments are left out. */
export function joinLocation(base: string, ...segments: readonly string[]): string {
  return [stripTrailingSlash(base), ...segments.filter((segment) => segment !== "")].join("/");
}

/** The location without slashes at its end; the slashes of a bare `scheme://` stay. */
export function stripTrailingSlash(location: string): string {
  let end = location.length;
  while (end > 0 && location[end - 1] === "/" && !location.slice(0, end).endsWith("://")) end -= 1;
  return location.slice(0, end);
}

/** What follows the last slash. */
export function lastSegment(location: string): string {
  return location.slice(location.lastIndexOf("/") + 1);
}

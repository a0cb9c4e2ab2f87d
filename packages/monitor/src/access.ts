import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Names and addresses that only this machine has, IPv6 ones as they are in a URL. */
const LOOPBACK = /^(?:(?:[^.:/@]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** Whether only programs of this machine can reach what listens at a host. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.includes(":") ? `[${host}]` : host);
}

/** What becomes of a request. */
export type Access =
  | { readonly kind: "granted" }
  /** The token came in the address: a cookie takes its place. */
  | { readonly kind: "session"; readonly cookie: string }
  | { readonly kind: "denied"; readonly status: 401 | 403; readonly message: string };

/** What is known of a request before it is answered. */
export interface AccessRequest {
  readonly headers: IncomingHttpHeaders;
  readonly url: URL;
  /** Probes are answered without a token. */
  readonly isProbe: boolean;
}

/** Who may look at the page. */
export class AccessGuard {
  readonly #isLoopback: boolean;
  readonly #token: string | undefined;
  /** The cookie's value: it opens this process's page alone, and does not tell the token. */
  readonly #session = randomBytes(32).toString("base64url");
  /** Cookies know no port: another process's page of the same host has one beside it. */
  readonly #cookieName = `salon_session_${randomBytes(6).toString("hex")}`;

  constructor(settings: { readonly host: string; readonly token?: string | undefined }) {
    this.#isLoopback = isLoopback(settings.host);
    this.#token = settings.token;
  }

  /** Whether everybody who reaches the page may see it. */
  get isOpen(): boolean {
    return this.#token === undefined;
  }

  check({ headers, url, isProbe }: AccessRequest): Access {
    // A name that leads here by DNS alone would let any web page read this one.
    const name = (headers.host ?? "").replace(/:\d{1,5}$/, "");
    if (this.#isLoopback && !LOOPBACK.test(name)) {
      return { kind: "denied", status: 403, message: "this host name is none of this machine" };
    }
    if (isProbe || this.#token === undefined) return { kind: "granted" };
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
    if (bearer !== undefined && isEqual(bearer, this.#token)) return { kind: "granted" };
    const session = cookieOf(headers.cookie ?? "", this.#cookieName);
    if (session !== undefined && isEqual(session, this.#session)) return { kind: "granted" };
    const given = url.searchParams.get("token");
    if (given !== null && isEqual(given, this.#token)) {
      const cookie = `${this.#cookieName}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`;
      return { kind: "session", cookie };
    }
    const message =
      "the token is missing or wrong: send it as Authorization: Bearer, or ?token= once";
    return { kind: "denied", status: 401, message };
  }
}

function cookieOf(header: string, wanted: string): string | undefined {
  const pairs = header.split(";").map((pair) => pair.trim().split("="));
  return pairs.find(([name]) => name === wanted)?.[1];
}

/** In a time that does not tell how much of it is right. */
function isEqual(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

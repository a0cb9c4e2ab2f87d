/** The headers of an answer. */
export interface AnswerHeaders {
  get(name: string): string | null;
}

/** More than any version needs; servers limit the headers that it comes back in. */
const LENGTH_MAX = 256;

/**
 * A tag as RFC 9110 (section 8.8.3) has it, or one without quotes, as the reference server sends
 * it; such a one is no list and no `*`, which would match other versions.
 */
const ETAG = /^(?:(?:W\/)?"[\x21\x23-\x7E]+"|[\w.:+/=~-]+)$/u;

/** What servers add to a tag where they compress the answer: Jetty the one, httpd the other. */
const CODING = /(?:--|-)gzip(?="?$)/u;

/**
 * The tag of what an answer holds. Whoever compressed it may know its own tags no more, so it is
 * the one from before that.
 */
export function readEtag(headers: AnswerHeaders): string | undefined {
  const etag = headers.get("etag") ?? undefined;
  const isCompressed = headers.get("content-encoding")?.toLowerCase() === "gzip";
  return isCompressed ? etag?.replace(CODING, "") : etag;
}

/** Whether a server can be asked by a tag. */
export function isUsableEtag(etag: string): boolean {
  return etag.length <= LENGTH_MAX && ETAG.test(etag);
}

/** Whether two tags are of one version: they are compared weakly (RFC 9110, section 13.1.2). */
export function isSameEtag(left: string, right: string): boolean {
  return opaqueTag(left) === opaqueTag(right);
}

function opaqueTag(etag: string): string {
  return etag.replace(/^W\//u, "").replace(CODING, "");
}

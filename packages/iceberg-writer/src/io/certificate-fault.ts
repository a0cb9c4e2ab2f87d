/** No authority that is known here has signed it, in OpenSSL's words. */
const UNTRUSTED =
  /^(?:UNABLE_TO_(?:GET_ISSUER|VERIFY)|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|CERT_UNTRUSTED)/u;
/** It is of another name, of another time, or of another kind. */
const UNFIT = /^(?:CERT_|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME)/u;
/** Node proposes a flag of its own, which is not what these programs are started with. */
const PROPOSAL = /; if the root CA is installed locally.*$/u;

/**
 * What is wrong with the certificate of the server that was to be asked, as the end of a sentence;
 * undefined where an error is about something else. Nothing was sent then, and trying again does
 * not help.
 */
export function certificateFault(error: unknown): string | undefined {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 5; depth += 1) {
    const code = "code" in inner && typeof inner.code === "string" ? inner.code : "";
    const told = inner.message.replace(PROPOSAL, "");
    if (UNTRUSTED.test(code)) return `its certificate is not trusted (${told})`;
    if (UNFIT.test(code)) return `its certificate is not valid (${told})`;
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
  }
  return undefined;
}

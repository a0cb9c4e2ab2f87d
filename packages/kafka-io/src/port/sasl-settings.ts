/** How a client authenticates to brokers (SASL). Plain data. */
export type SaslSettings =
  | {
      readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: "oauthbearer";
      readonly token: BearerTokenSettings;
      /** What is told to the broker beside the token (KIP-342), as `logicalCluster`. */
      readonly extensions?: Readonly<Record<string, string>> | undefined;
    };

/** Where bearer tokens are from. */
export type BearerTokenSettings =
  /** A server that gives them by the client credentials grant (RFC 6749, section 4.4). */
  | {
      readonly kind: "endpoint";
      readonly uri: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope?: string | undefined;
    }
  /** A file that holds one, and is read for every connection: whoever keeps it replaces it. */
  | { readonly kind: "file"; readonly path: string };

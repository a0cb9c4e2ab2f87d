import { exchangeBearer } from "../oauth/bearer-exchange.ts";
import type { Credentials } from "../oauth/credentials.ts";

/** A user, or a mechanism of one's own, in the shape that kafkajs's connections take. */
export type KafkajsSasl =
  | Extract<Credentials, { readonly username: string }>
  | { readonly mechanism: string; readonly authenticationProvider: AuthenticationProvider };

type AuthenticationProvider = (parts: {
  readonly saslAuthenticate: (exchange: SaslExchange) => Promise<Buffer>;
}) => { authenticate(): Promise<void> };

/** kafkajs sends and reads the bytes of a mechanism behind their int32 length. */
interface SaslExchange {
  readonly request: { encode(): Promise<Buffer> };
  readonly response: {
    decode(bytes: Buffer): Promise<Buffer>;
    parse(decoded: Buffer): Promise<Buffer>;
  };
}

const LENGTH_SIZE = 4;

/** How kafkajs is to authenticate. Its own OAUTHBEARER takes a broker's refusal for a welcome. */
export function kafkajsSasl(credentials: Credentials | undefined): KafkajsSasl | undefined {
  if (credentials?.mechanism !== "oauthbearer") return credentials;
  const { mechanism, tokens, extensions } = credentials;
  return {
    mechanism,
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        await exchangeBearer(tokens, extensions, async (message) => ({
          token: await saslAuthenticate({
            request: { encode: async () => withLength(Buffer.from(message)) },
            response: {
              decode: async (bytes) => bytes.subarray(LENGTH_SIZE),
              parse: async (decoded) => decoded,
            },
          }),
        }));
      },
    }),
  };
}

function withLength(bytes: Buffer): Buffer {
  const framed = Buffer.alloc(LENGTH_SIZE + bytes.length);
  framed.writeInt32BE(bytes.length);
  bytes.copy(framed, LENGTH_SIZE);
  return framed;
}

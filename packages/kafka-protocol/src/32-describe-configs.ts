import { Api } from "./api.ts";
import { array, nullableArray, struct } from "./composite-field.ts";
import { since, within } from "./field.ts";
import { bool, int16, int32, int8, nullableString, string } from "./primitive-field.ts";

/** DescribeConfigs: settings of topics and brokers. Versions 0 to 2. */
export const describeConfigs = new Api({
  key: 32,
  name: "DescribeConfigs",
  minVersion: 0,
  maxVersion: 2,
  request: struct({
    resources: array(
      struct({
        /** 2: a topic; 4: a broker. */
        resourceType: int8,
        resourceName: string,
        /** Null asks for all. */
        configNames: nullableArray(string),
      }),
    ),
    includeSynonyms: since(1, bool, false),
  }),
  response: struct({
    throttleTimeMs: int32,
    resources: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        resourceType: int8,
        resourceName: string,
        configs: array(
          struct({
            name: string,
            value: nullableString,
            isReadOnly: bool,
            isDefault: within(0, 0, bool, false),
            source: since(1, int8, 0),
            isSensitive: bool,
            synonyms: since(
              1,
              array(struct({ name: string, value: nullableString, source: int8 })),
              [],
            ),
          }),
        ),
      }),
    ),
  }),
});

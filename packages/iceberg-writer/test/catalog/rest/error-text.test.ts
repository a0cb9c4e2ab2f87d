import { describe, expect, it } from "vitest";

import { errorText } from "../../../src/catalog/rest/error-text.ts";

/** As Jetty 12 sends it where no servlet answers. */
const jettyPage = `<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>
<title>Error 400 Ambiguous URI &apos;path&apos; separator</title>
</head>
<body>
<h2>HTTP ERROR 400 Ambiguous URI path separator</h2>
<table>
<tr><th>URI:</th><td>http://127.0.0.1/v1/namespaces/a%2Fb</td></tr>
<tr><th>STATUS:</th><td>400</td></tr>
</table>
<hr/><a href="https://jetty.org/">Powered by Jetty:// 12.1.3</a><hr/>
</body>
</html>`;

describe("the text of an error", () => {
  it.each([
    [
      "the error model of REST",
      '{"error":{"message":"no table","type":"NoSuchTableException","code":404,"stack":["a"]}}',
      "NoSuchTableException: no table",
    ],
    ["one without a type", '{"error":{"message":"no\\n\\ttable"}}', "no table"],
    [
      "OAuth2's (RFC 6749, 5.2)",
      '{"error":"invalid_client","error_description":"unknown client"}',
      "invalid_client: unknown client",
    ],
    ["OAuth2's without a description", '{"error":"invalid_scope"}', "invalid_scope"],
    [
      "an AWS gateway's",
      '{"message":"Missing Authentication Token"}',
      "Missing Authentication Token",
    ],
    ["a page of Jetty", jettyPage, "Error 400 Ambiguous URI 'path' separator"],
    [
      "a page without a title",
      "<!DOCTYPE html>\n<html><body><h1>Bad &amp; worse</h1>",
      "Bad & worse",
    ],
    ["plain text", " no\r\n upstream ", "no upstream"],
    ["JSON of another form", '{"a":1}', '{"a":1}'],
    ["an array", "[1]", "[1]"],
    ["nothing", "", ""],
  ])("is read from %s", (_, body, text) => {
    expect(errorText(body)).toBe(text);
  });

  it("is short, whatever is sent", () => {
    expect(errorText("x".repeat(1_000_000))).toBe(`${"x".repeat(200)}…`);
    expect(errorText(`<html>${"<".repeat(1_000_000)}`).length).toBeLessThanOrEqual(201);
  });
});

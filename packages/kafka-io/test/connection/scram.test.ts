import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  checkServerSignature,
  scramFirstMessage,
  scramProof,
  type ScramClient,
} from "../../src/connection/scram.ts";

/** The exchange of RFC 7677, section 3. */
const RFC = {
  client: {
    hash: "sha256",
    username: "user",
    password: "pencil",
    nonce: "rOprNGfwEbeRWgbNEkqO",
  } satisfies ScramClient,
  first: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
  serverFirst:
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  final:
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0," +
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
} as const;

it("speaks the exchange of RFC 7677", async () => {
  expect(scramFirstMessage(RFC.client)).toBe(RFC.first);
  const proof = await scramProof(RFC.client, RFC.serverFirst);
  expect(proof.message).toBe(RFC.final);
  checkServerSignature(proof, RFC.serverFinal);
});

it("escapes what separates fields in a user's name", () => {
  const client = { ...RFC.client, username: "a=b,c", nonce: "x" };
  expect(scramFirstMessage(client)).toBe("n,,n=a=3Db=2Cc,r=x");
});

it("convinces a server that has the stored key alone, by SHA-512", async () => {
  const client = { ...RFC.client, hash: "sha512", password: "pässwörd, =" } as const;
  const serverFirst = `r=${client.nonce}more,s=${Buffer.from("salt").toString("base64")},i=8192`;
  const { message } = await scramProof(client, serverFirst);
  const salted = pbkdf2Sync(client.password, "salt", 8192, 64, "sha512");
  const clientKey = createHmac("sha512", salted).update("Client Key").digest();
  const storedKey = createHash("sha512").update(clientKey).digest();
  const signed = `${scramFirstMessage(client).slice(3)},${serverFirst},${message.split(",p=")[0]}`;
  const signature = createHmac("sha512", storedKey).update(signed).digest();
  const sent = Buffer.from(message.split(",p=")[1] ?? "", "base64");
  const recovered = Buffer.from(sent.map((byte, index) => byte ^ (signature[index] ?? 0)));
  expect(createHash("sha512").update(recovered).digest()).toEqual(storedKey);
});

describe("a server's first answer is refused", () => {
  const salt = "s=W22ZaJ0SNY7soEsUEjb6gQ==";
  it.each([
    ["without a nonce", `${salt},i=4096`, "nonce"],
    ["with another's nonce", `r=someone,${salt},i=4096`, "nonce"],
    ["that adds nothing to the nonce", `r=${RFC.client.nonce},${salt},i=4096`, "nonce"],
    ["without a salt", `r=${RFC.client.nonce}x,i=4096`, "salt"],
    ["with too few iterations", `r=${RFC.client.nonce}x,${salt},i=1`, "1 iterations"],
    ["with work for hours", `r=${RFC.client.nonce}x,${salt},i=4000000000`, "4000000000"],
    ["with no number of iterations", `r=${RFC.client.nonce}x,${salt},i=many`, "many"],
    ["that is no message", "", "nonce"],
  ])("%s", async (_name, serverFirst, named) => {
    await expect(scramProof(RFC.client, serverFirst)).rejects.toThrow(named);
  });
});

describe("a server's last answer is refused", () => {
  it.each([
    ["with another signature", `v=${Buffer.alloc(32).toString("base64")}`, "prove"],
    ["with a signature of another length", "v=AAAA", "prove"],
    ["without one", "", "prove"],
    ["that is a refusal", "e=invalid-proof", "invalid-proof"],
  ])("%s", async (_name, serverFinal, named) => {
    const proof = await scramProof(RFC.client, RFC.serverFirst);
    expect(() => checkServerSignature(proof, serverFinal)).toThrow(named);
  });
});

import { expect, it } from "vitest";
import { useSharedServices } from "../../src/index.ts";

const env = {
  SALON_TEST_KAFKA: "kafka:9092",
  SALON_TEST_S3_ENDPOINT: "http://store:9000",
  SALON_TEST_REST_CATALOG: "http://catalog:8181",
};

it("uses running services given by address", () => {
  expect(useSharedServices({ ...env, SALON_TEST_S3_REGION: "eu-north-1" })).toEqual({
    kafka: { bootstrapServers: "kafka:9092" },
    s3: {
      endpoint: "http://store:9000",
      accessKeyId: "admin",
      secretAccessKey: "password",
      region: "eu-north-1",
    },
    bucket: "warehouse",
    restCatalog: { uri: "http://catalog:8181", warehouse: "s3://warehouse/rest" },
  });
});

it.each(Object.keys(env))("says how to start what %s does not name", (variable) => {
  expect(() => useSharedServices({ ...env, [variable]: undefined })).toThrow(
    expect.objectContaining({
      code: "SERVICE_NOT_RUNNING",
      message: expect.stringMatching(`^${variable} is not set`),
    }),
  );
});

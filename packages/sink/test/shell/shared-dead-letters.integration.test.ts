import { randomUUID } from "node:crypto";
import { openCatalog } from "@salon/iceberg-writer";
import { useSharedServices } from "@salon/testkit";
import { describeSharedDeadLetters } from "./describe-shared-dead-letters.ts";

const { restCatalog, s3 } = useSharedServices();

describeSharedDeadLetters("REST", async () => {
  const catalog = await openCatalog({
    type: "rest",
    uri: restCatalog.uri,
    "s3.endpoint": s3.endpoint,
    "s3.access-key-id": s3.accessKeyId,
    "s3.secret-access-key": s3.secretAccessKey,
    "s3.region": s3.region,
    "s3.path-style-access": "true",
  });
  const namespace = [`shared_${randomUUID().replaceAll("-", "_")}`];
  return { catalog, namespace, [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose]() };
});

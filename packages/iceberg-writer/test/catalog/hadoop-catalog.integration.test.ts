import { randomUUID } from "node:crypto";

import { useSharedServices } from "@salon/testkit";

import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { describeCatalog } from "./describe-catalog.ts";

const { s3, bucket } = useSharedServices();

describeCatalog("hadoop on S3", async () => {
  const settings = {
    type: "hadoop",
    warehouse: `s3a://${bucket}/hadoop-${randomUUID()}`,
    "s3.endpoint": s3.endpoint,
    "s3.access-key-id": s3.accessKeyId,
    "s3.secret-access-key": s3.secretAccessKey,
    "client.region": s3.region,
  };
  const catalog = await openCatalog(settings);
  const rival = await openCatalog(settings);
  return {
    catalog,
    rival,
    namespace: ["db"],
    async [Symbol.asyncDispose]() {
      await catalog[Symbol.asyncDispose]();
      await rival[Symbol.asyncDispose]();
    },
  };
});

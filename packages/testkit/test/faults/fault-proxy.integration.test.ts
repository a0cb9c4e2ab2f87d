import { expect, it } from "vitest";
import { createBucket, listObjects, startFaultProxy, useSharedServices } from "../../src/index.ts";

const { s3 } = useSharedServices();

it("stands between a signing client and the store, which the client retries through", async () => {
  await using proxy = await startFaultProxy({ target: s3.endpoint });
  const access = { ...s3, endpoint: proxy.url };
  const lost = proxy.addRule({
    matches: ({ method, path }) => method === "PUT" && path.startsWith("/testkit-faults"),
    nth: 1,
    fault: { kind: "drop-response" },
  });
  // The lost answer was a success, so that the retry finds the bucket there.
  await createBucket(access, "testkit-faults");
  expect(await Promise.all(lost.hits.map((hit) => hit.upstreamStatus))).toEqual([200, 409]);
  expect(await listObjects(access, { bucket: "testkit-faults" })).toEqual([]);
});

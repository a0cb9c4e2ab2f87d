import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { describeCatalog } from "./describe-catalog.ts";

describeCatalog("memory", async () => {
  const catalog = await openCatalog({ type: "memory" });
  return {
    catalog,
    rival: catalog,
    namespace: ["db", "inner"],
    [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose](),
  };
});

import { join } from "node:path";
import { describeSqlCatalog } from "./describe-sql-catalog.ts";

describeSqlCatalog("SQLite", (directory) => `sqlite:///${join(directory, "catalog.db")}`);

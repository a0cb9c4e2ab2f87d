import { gzipSync } from "node:zlib";

import { beforeEach, describe, expect, it } from "vitest";

import type {
  Catalog,
  CatalogTable,
  CommitOutcome,
  TableCommit,
} from "../../src/catalog/catalog.ts";
import { createHadoopCatalog } from "../../src/catalog/hadoop-catalog.ts";
import { IcebergError } from "../../src/iceberg-error.ts";
import type { FileIo } from "../../src/io/file-io.ts";
import { createMemoryFileIo } from "../../src/io/memory-file-io.ts";
import { scriptFileIo } from "../io/scripted-file-io.ts";
import { snapshotCommit } from "./describe-catalog.ts";

const identifier = { namespace: ["db"], name: "t" };
const folder = "memory://w/db/t/metadata";
const schema = { schemaId: 0, fields: [] };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let fileIo: FileIo;
let catalog: Catalog;
let table: CatalogTable;

function catalogOver(storage: FileIo): Catalog {
  let nowMs = 1000;
  return createHadoopCatalog({
    warehouse: "memory://w",
    fileIo: storage,
    nowMs: () => (nowMs += 1),
    randomUuid: () => crypto.randomUUID(),
  });
}

async function names(): Promise<string[]> {
  const found: string[] = [];
  for await (const { location } of fileIo.list(`${folder}/`)) {
    found.push(location.slice(folder.length + 1));
  }
  return found.sort();
}

const text = async (name: string): Promise<string> =>
  new TextDecoder().decode(await fileIo.read(`${folder}/${name}`));

const properties = (updates: Readonly<Record<string, string>>): TableCommit => ({
  requirements: [],
  updates: [{ action: "set-properties", updates }],
});

async function commit(to: CatalogTable, value: string): Promise<CatalogTable> {
  const outcome = await catalog.commitTable(to, properties({ value }));
  if (outcome.kind !== "committed") throw new Error(outcome.kind);
  return outcome.table;
}

beforeEach(async () => {
  fileIo = createMemoryFileIo();
  catalog = catalogOver(fileIo);
  table = await catalog.createTable(identifier, { schema });
});

describe("files of the layout", () => {
  it("are v<N>.metadata.json and a hint", async () => {
    expect(await names()).toEqual(["v1.metadata.json", "version-hint.text"]);
    await commit(table, "a");
    expect(await names()).toEqual(["v1.metadata.json", "v2.metadata.json", "version-hint.text"]);
    expect(await text("version-hint.text")).toBe("2");
  });

  it("are found from a hint that is behind, missing, or damaged", async () => {
    const last = await commit(await commit(table, "a"), "b");
    for (const hint of ["1", "2", "", "x", "-1"]) {
      await fileIo.write(`${folder}/version-hint.text`, bytes(hint));
      expect((await catalog.loadTable(identifier)).metadataLocation).toBe(last.metadataLocation);
    }
    await fileIo.delete(`${folder}/version-hint.text`);
    expect((await catalog.loadTable(identifier)).metadataLocation).toBe(last.metadataLocation);
  });

  it("are found with one request for the hint's version where that is plain", async () => {
    await commit(table, "a");
    const asked: string[] = [];
    const counting = scriptFileIo(fileIo, {
      stat: (location, options) => {
        asked.push(location.slice(folder.length + 1));
        return fileIo.stat(location, options);
      },
    });
    await catalogOver(counting).loadTable(identifier);
    const spellings = ["v3.metadata.json", "v3.gz.metadata.json", "v3.metadata.json.gz"];
    expect(asked).toEqual(["v2.metadata.json", ...spellings]);
  });

  it("are found where the version of the hint was cleaned away", async () => {
    const last = await commit(await commit(table, "a"), "b");
    await fileIo.write(`${folder}/version-hint.text`, bytes("1"));
    await fileIo.delete(`${folder}/v1.metadata.json`);
    expect((await catalog.loadTable(identifier)).metadataLocation).toBe(last.metadataLocation);
  });

  it("are refused where the hint is ahead of them", async () => {
    await fileIo.write(`${folder}/version-hint.text`, bytes("9"));
    await expect(catalog.loadTable(identifier)).rejects.toMatchObject({
      code: "METADATA_INVALID",
      message: expect.stringContaining("9"),
    });
  });

  it("name a damaged version", async () => {
    await fileIo.write(`${folder}/v1.metadata.json`, bytes("{"));
    await expect(catalog.loadTable(identifier)).rejects.toMatchObject({
      code: "METADATA_INVALID",
      message: expect.stringContaining("v1.metadata.json"),
    });
  });

  it("name a compressed version that is cut off", async () => {
    const whole = gzipSync(await fileIo.read(table.metadataLocation ?? ""));
    await fileIo.write("memory://w/db/u/metadata/v1.gz.metadata.json", whole.subarray(0, -9));
    const loading = catalog.loadTable({ namespace: ["db"], name: "u" });
    await expect(loading).rejects.toMatchObject({
      code: "METADATA_INVALID",
      message: expect.stringContaining("v1.gz.metadata.json"),
    });
  });

  it("go on compressed where they were, in both spellings", async () => {
    for (const name of ["v1.gz.metadata.json", "v1.metadata.json.gz"]) {
      const plain = await fileIo.read(table.metadataLocation ?? "");
      const other = { namespace: ["db"], name: name.includes("json.gz") ? "old" : "new" };
      const place = `memory://w/db/${other.name}/metadata`;
      const moved = new TextDecoder().decode(plain).replaceAll("/db/t", `/db/${other.name}`);
      await fileIo.write(`${place}/${name}`, gzipSync(moved));
      const outcome = await catalog.commitTable(
        await catalog.loadTable(other),
        properties({ value: "a" }),
      );
      expect(outcome.kind).toBe("committed");
      const { metadataLocation, metadata } = await catalog.loadTable(other);
      expect(metadataLocation).toBe(`${place}/v2.gz.metadata.json`);
      expect(metadata.properties["value"]).toBe("a");
    }
  });
});

describe("a commit", () => {
  it("needs the newest version as its base", async () => {
    const newer = await commit(table, "a");
    expect(await catalog.commitTable(table, properties({ value: "b" }))).toMatchObject({
      kind: "conflict",
    });
    expect(await catalog.commitTable(newer, properties({ value: "b" }))).toMatchObject({
      kind: "committed",
    });
  });

  it("lists nothing where the hint and the version before are in order", async () => {
    const listless = scriptFileIo(fileIo, {
      list: () => {
        throw new Error("a table of many versions has many pages of them");
      },
    });
    const working = catalogOver(listless);
    let current = await working.loadTable(identifier);
    for (const value of ["a", "b", "c"]) {
      const outcome = await working.commitTable(current, properties({ value }));
      if (outcome.kind !== "committed") throw new Error(outcome.kind);
      current = outcome.table;
    }
    expect(await text("version-hint.text")).toBe("4");
  });

  it.each([["0"], ["1"], [""], ["x"]])("needs no hint in order, such as %j", async (hint) => {
    const newer = await commit(table, "a");
    await fileIo.write(`${folder}/version-hint.text`, bytes(hint));
    expect(await commit(newer, "b")).toMatchObject({
      metadataLocation: `${folder}/v3.metadata.json`,
    });
    await fileIo.write(`${folder}/version-hint.text`, bytes(hint));
    const stale = await catalog.commitTable(newer, properties({ value: "c" }));
    expect(stale.kind).toBe("conflict");
  });

  it("finds its base gone although the hint names it", async () => {
    await commit(table, "a");
    await fileIo.delete(`${folder}/v1.metadata.json`);
    await fileIo.write(`${folder}/version-hint.text`, bytes("1"));
    expect((await catalog.commitTable(table, properties({ value: "b" }))).kind).toBe("conflict");
  });

  it("does not fall into a gap that a cleaner left", async () => {
    await commit(await commit(table, "a"), "b");
    await fileIo.delete(`${folder}/v2.metadata.json`);
    const outcome = await catalog.commitTable(table, properties({ value: "zombie" }));
    expect(outcome.kind).toBe("conflict");
    expect(await names()).not.toContain("v2.metadata.json");
  });

  it("does not go to another table that took the place", async () => {
    await catalog.dropTable(identifier);
    await catalog.createTable(identifier, { schema });
    expect((await catalog.commitTable(table, properties({ value: "a" }))).kind).toBe("conflict");
    expect(await names()).not.toContain("v2.metadata.json");
  });

  it("refuses what the layout rules out, and sends nothing", async () => {
    const path = properties({ "write.metadata.path": "memory://elsewhere" });
    await expect(catalog.commitTable(table, path)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const move: TableCommit = {
      requirements: [],
      updates: [{ action: "set-location", location: "memory://elsewhere" }],
    };
    await expect(catalog.commitTable(table, move)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const elsewhere = { schema, location: "memory://elsewhere" };
    const other = { namespace: ["db"], name: "other" };
    await expect(catalog.createTable(other, elsewhere)).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
    expect(await names()).not.toContain("v2.metadata.json");
  });

  it("takes no harm from a hint that cannot be written", async () => {
    const hintless = scriptFileIo(fileIo, {
      write: () => Promise.reject(new IcebergError("ACCESS_DENIED", "no")),
    });
    const outcome = await catalogOver(hintless).commitTable(table, properties({ value: "a" }));
    expect(outcome.kind).toBe("committed");
    expect(await text("version-hint.text")).toBe("1");
    const { metadata } = await catalog.loadTable(identifier);
    expect(metadata.properties["value"]).toBe("a");
  });
});

describe("a commit whose answer is", () => {
  const broken = new IcebergError("STORAGE_UNAVAILABLE", "connection reset", { retryable: true });
  type Create = FileIo["createExclusive"];

  /** The script applies to version files; the probe passes. */
  function outcomeWith(create: (pass: () => ReturnType<Create>) => ReturnType<Create>) {
    const storage = scriptFileIo(fileIo, {
      createExclusive: (location, data, options) => {
        const pass = (): ReturnType<Create> => fileIo.createExclusive(location, data, options);
        return location.includes("/v2.") ? create(pass) : pass();
      },
    });
    return catalogOver(storage).commitTable(table, snapshotCommit(table, 5n));
  }

  it("lost is found by reading it back", async () => {
    const outcome = await outcomeWith(async (pass) => {
      await pass();
      throw broken;
    });
    expect(outcome).toMatchObject({ kind: "committed" });
    expect((await catalog.loadTable(identifier)).metadata.currentSnapshotId).toBe(5n);
  });

  it("exists, after its own first try, is found by its bytes", async () => {
    const outcome = await outcomeWith(async (pass) => {
      await pass();
      return pass();
    });
    expect(outcome).toMatchObject({ kind: "committed" });
  });

  it("exists, another writer's, is a conflict", async () => {
    const outcome = await outcomeWith(async (pass) => {
      await commit(table, "rival");
      return pass();
    });
    expect(outcome).toMatchObject({ kind: "conflict" });
    expect((await catalog.loadTable(identifier)).metadata.properties["value"]).toBe("rival");
  });

  it("broken, another writer's version being there, is a conflict", async () => {
    const outcome = await outcomeWith(async () => {
      await commit(table, "rival");
      throw broken;
    });
    expect(outcome).toMatchObject({ kind: "conflict" });
  });

  it("broken, no version being there, is unknown: it may still land", async () => {
    const outcome = await outcomeWith(async () => {
      throw broken;
    });
    expect(outcome).toEqual({ kind: "unknown", cause: broken });
  });

  it("a refusal is thrown on: nothing was created", async () => {
    const full = new IcebergError("STORAGE_FULL", "disk full");
    await expect(
      outcomeWith(async () => {
        throw full;
      }),
    ).rejects.toBe(full);
  });
});

/** Runs `then` between the creation of version 2 and the look back after it. */
function commitFollowedBy(then: () => Promise<void>): Promise<CommitOutcome> {
  let isFollowed = false;
  const storage = scriptFileIo(fileIo, {
    createExclusive: async (location, data, options) => {
      const answer = await fileIo.createExclusive(location, data, options);
      if (!location.includes("/v2.") || isFollowed) return answer;
      isFollowed = true;
      await then();
      return answer;
    },
  });
  return catalogOver(storage).commitTable(table, snapshotCommit(table, 5n));
}

describe("a commit that others have followed before it looked back", () => {
  it("is committed", async () => {
    const outcome = await commitFollowedBy(async () => {
      await commit(await catalog.loadTable(identifier), "next");
    });
    if (outcome.kind !== "committed") throw new Error(outcome.kind);
    expect(outcome.table.metadata.properties["value"]).toBe("next");
    expect(outcome.table.metadata.currentSnapshotId).toBe(5n);
    expect(await text("version-hint.text")).toBe("3");
  });

  it("is a conflict where the later version is another table's", async () => {
    const outcome = await commitFollowedBy(async () => {
      const other = (await text("v2.metadata.json")).replaceAll(table.metadata.tableUuid, "other");
      await fileIo.write(`${folder}/v3.metadata.json`, bytes(other));
      await fileIo.write(`${folder}/version-hint.text`, bytes("3"));
    });
    expect(outcome.kind).toBe("conflict");
  });

  it("is a conflict where the later version came from another version 2", async () => {
    const outcome = await commitFollowedBy(async () => {
      const line = await text("v1.metadata.json");
      const log = `"metadata-log":[{"timestamp-ms":7,"metadata-file":"${folder}/v2.metadata.json"}]`;
      await fileIo.write(
        `${folder}/v3.metadata.json`,
        bytes(line.replace('"metadata-log":[]', log)),
      );
      await fileIo.write(`${folder}/version-hint.text`, bytes("3"));
    });
    expect(outcome.kind).toBe("conflict");
  });

  it("is unknown where the log of the later version does not reach back", async () => {
    const outcome = await commitFollowedBy(async () => {
      await fileIo.write(`${folder}/v300.metadata.json`, bytes(await text("v1.metadata.json")));
      await fileIo.write(`${folder}/version-hint.text`, bytes("300"));
    });
    expect(outcome.kind).toBe("unknown");
  });

  it.each([
    ["without a hint", undefined],
    ["with a hint that fell behind", "1"],
    ["with a hint that is damaged", "x"],
  ])("is not committed in a gap that a cleaner left, %s", async (_, hint) => {
    const outcome = await commitFollowedBy(async () => {
      await fileIo.write(`${folder}/v300.metadata.json`, bytes(await text("v1.metadata.json")));
      await fileIo.delete(`${folder}/v1.metadata.json`);
      if (hint === undefined) await fileIo.delete(`${folder}/version-hint.text`);
      else await fileIo.write(`${folder}/version-hint.text`, bytes(hint));
    });
    expect(outcome.kind).not.toBe("committed");
  });
});

describe("the catalog", () => {
  it("refuses a store that creates a file twice", async () => {
    const careless = scriptFileIo(fileIo, {
      createExclusive: async (location, data, options) => {
        await fileIo.write(location, data, options);
        return "created";
      },
    });
    await expect(
      catalogOver(careless).commitTable(table, properties({ value: "a" })),
    ).rejects.toMatchObject({ code: "CONDITIONAL_CREATE_UNSUPPORTED" });
    expect(await names()).toEqual(["v1.metadata.json", "version-hint.text"]);
  });

  it("settles a lost answer to a creation", async () => {
    const lossy = scriptFileIo(fileIo, {
      createExclusive: async (location, data, options) => {
        const answer = await fileIo.createExclusive(location, data, options);
        if (!location.includes("/v1.")) return answer;
        throw new IcebergError("STORAGE_UNAVAILABLE", "reset", { retryable: true });
      },
    });
    const other = { namespace: ["db"], name: "other" };
    const created = await catalogOver(lossy).createTable(other, { schema });
    expect((await catalog.loadTable(other)).metadata).toEqual(created.metadata);
  });
});

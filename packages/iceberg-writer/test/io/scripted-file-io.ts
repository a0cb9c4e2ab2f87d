import type { FileIo } from "../../src/io/file-io.ts";

/** Replaces some calls of a storage; the others pass. */
export function scriptFileIo(fileIo: FileIo, script: Partial<FileIo>): FileIo {
  return {
    schemes: fileIo.schemes,
    read: (...args) => fileIo.read(...args),
    readRange: (...args) => fileIo.readRange(...args),
    stat: (...args) => fileIo.stat(...args),
    write: (...args) => fileIo.write(...args),
    createExclusive: (...args) => fileIo.createExclusive(...args),
    openWrite: (...args) => fileIo.openWrite(...args),
    delete: (...args) => fileIo.delete(...args),
    list: (...args) => fileIo.list(...args),
    listFolders: (...args) => fileIo.listFolders(...args),
    [Symbol.asyncDispose]: () => fileIo[Symbol.asyncDispose](),
    ...script,
  };
}

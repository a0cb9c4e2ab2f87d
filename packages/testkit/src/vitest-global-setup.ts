import { startSharedReaders } from "./readers/shared-readers.ts";
import { startSharedServices } from "./services/shared-services.ts";

/** Vitest's `globalSetup` of tests that use real services: one set of them for the whole run. */
export default async function setup(): Promise<() => Promise<void>> {
  await using resources = new AsyncDisposableStack();
  resources.use(await startSharedServices());
  resources.use(await startSharedReaders());
  const owned = resources.move();
  return () => owned.disposeAsync();
}

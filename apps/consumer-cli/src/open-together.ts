/**
 * Opens two things side by side. Where one cannot be opened its error is thrown at once, and the
 * other one is closed whenever it opens.
 */
export async function openTogether<First extends AsyncDisposable, Second extends AsyncDisposable>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<readonly [First, Second]> {
  try {
    return await Promise.all([first, second]);
  } catch (error) {
    for (const opening of [first, second]) {
      // Nobody waits for it: the error that is thrown is the one to tell.
      opening.then((opened) => opened[Symbol.asyncDispose]()).catch(() => undefined);
    }
    throw error;
  }
}

/**
 * The text of an answer of no more than so many bytes.
 *
 * @throws RangeError for a longer one, of which no more is read.
 */
export async function readLimited(response: Response, bytesMax: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop ends the answer.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > bytesMax) throw new RangeError(`its answer has more than ${bytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

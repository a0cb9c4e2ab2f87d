/** A request as a server sees it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  /** Behind the host. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A `fetch` that a function answers; what it throws is a broken connection. */
export function fetchFrom(
  answer: (request: SeenRequest) => Response | Promise<Response>,
): typeof globalThis.fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : input.toString();
    const { pathname, search } = new URL(url);
    const response = await answer({
      method: init?.method ?? "GET",
      url,
      path: pathname + search,
      headers: new Headers(init?.headers),
      body: typeof init?.body === "string" ? init.body : "",
    });
    init?.signal?.throwIfAborted();
    return response;
  };
}

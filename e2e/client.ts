/** An answer of the Admin API or of a proxied request, read whole. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; throws where it is none. */
  json<T = Row>(): T
}

/** A JSON object as a client sees it: nothing is known of its fields. */
export type Row = Record<string, unknown>

export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
}

/** The Admin API as scripts use it. Every call throws on a status of 400 and above. */
export interface Admin {
  get<T = Row>(path: string): Promise<T>
  post<T = Row>(path: string, body: Row): Promise<T>
  put<T = Row>(path: string, body: Row): Promise<T>
  patch<T = Row>(path: string, body: Row): Promise<T>
  remove(path: string): Promise<void>
}

export function adminClient(base: () => string): Admin {
  const call = async (method: string, path: string, body?: Row): Promise<Answer> => {
    const init =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await send(`${base()}${path}`, { method, ...init })
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer
  }
  return {
    get: async (path) => (await call('GET', path)).json(),
    post: async (path, body) => (await call('POST', path, body)).json(),
    put: async (path, body) => (await call('PUT', path, body)).json(),
    patch: async (path, body) => (await call('PATCH', path, body)).json(),
    remove: async (path) => void (await call('DELETE', path)),
  }
}

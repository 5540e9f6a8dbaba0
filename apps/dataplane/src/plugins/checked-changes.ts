import type { UpstreamChanges } from '@biplane/plugins/handlers'
import { isToken } from '../proxy/header-block.ts'

/** What is none is told to the plugin that sets it, since nobody could tell whose it was when the request is sent. */
export class CheckedChanges implements UpstreamChanges {
  #method: string | null = null
  #path: string | null = null
  #host: string | null = null

  get method(): string | null {
    return this.#method
  }

  set method(method: string | null) {
    if (method !== null && !isToken(text('method', method)))
      throw new TypeError(`there can be no method '${method}'`)
    this.#method = method
  }

  get path(): string | null {
    return this.#path
  }

  set path(path: string | null) {
    this.#path = path === null ? null : text('path', path)
  }

  get host(): string | null {
    return this.#host
  }

  set host(host: string | null) {
    this.#host = host === null ? null : text('host', host)
  }
}

function text(what: string, value: string): string {
  if (typeof value !== 'string') throw new TypeError(`there can be no ${what} of type ${typeof value}`)
  return value
}

import { describe, expect, it } from 'vitest'
import { Lifecycle } from './lifecycle.ts'

const LONG_MS = 10_000
const forEver = (): Promise<never> => new Promise(() => undefined)

describe('Lifecycle', () => {
  it('aborts its signal, then stops one after the other in reverse order', async () => {
    const lifecycle = new Lifecycle()
    const seen: string[] = []
    lifecycle.signal.addEventListener('abort', () => seen.push('abort'))
    for (const name of ['store', 'server']) {
      lifecycle.onStop(name, async () => {
        seen.push(`${name} stops`)
        await Promise.resolve()
        seen.push(`${name} stopped`)
      })
    }
    expect(await lifecycle.stop(LONG_MS)).toEqual({ kind: 'clean' })
    expect(seen).toEqual(['abort', 'server stops', 'server stopped', 'store stops', 'store stopped'])
  })

  it('stops the rest when one fails', async () => {
    const lifecycle = new Lifecycle()
    const error = new Error('no')
    let stopped = false
    lifecycle.onStop('store', () => {
      stopped = true
    })
    lifecycle.onStop('server', () => Promise.reject(error))
    expect(await lifecycle.stop(LONG_MS)).toEqual({ kind: 'failed', failures: [{ name: 'server', error }] })
    expect(stopped).toBe(true)
  })

  it('names what has not stopped in time, in the order of stopping', async () => {
    const lifecycle = new Lifecycle()
    lifecycle.onStop('database', () => undefined)
    lifecycle.onStop('store', forEver)
    lifecycle.onStop('server', () => undefined)
    expect(await lifecycle.stop(1)).toEqual({ kind: 'late', names: ['store', 'database'] })
  })
})

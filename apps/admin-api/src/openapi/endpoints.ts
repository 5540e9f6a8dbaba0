import type { FastifyInstance } from 'fastify'
import { METHODS, type Method } from '../manners.ts'
import { toTemplate } from '../path-template.ts'
import type { Describe } from './contract.ts'

/** One verb of one path that an app offers. */
export interface Offered {
  readonly method: Method
  readonly template: string
  /** Whether it is answered to who shows no token, whatever the settings. */
  readonly isPublic: boolean
  readonly describe: Describe | undefined
}

/** What an app offers, as it is registered from now on: the list grows with the app. */
export function watchEndpoints(app: FastifyInstance): readonly Offered[] {
  const offered: Offered[] = []
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.implied) return
    for (const one of [method].flat()) {
      const known = METHODS.find((each) => each === one)
      if (known === undefined) continue
      const isPublic = known === 'GET' && config?.public === true
      offered.push({ method: known, template: toTemplate(url), isPublic, describe: config?.describe })
    }
  })
  return offered
}

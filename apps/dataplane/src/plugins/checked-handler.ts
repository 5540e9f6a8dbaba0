import { type PluginHandler, phases, streamPhases } from '@biplane/plugins/handlers'

/**
 * A handler as plugins of others make them, whom no types hold.
 *
 * @throws TypeError for one that would fail with every request
 */
export function checkedHandler(handler: PluginHandler): PluginHandler {
  if (typeof handler !== 'object' || handler === null) throw new TypeError('it made no handler')
  checkPhases(handler, phases, '')
  const { needs = {}, stream = {} } = handler
  if (typeof stream !== 'object' || stream === null) throw new TypeError('its part for streams is no object')
  checkPhases(stream, streamPhases, 'stream.')
  if (typeof needs !== 'object' || needs === null) throw new TypeError('its needs are no object')
  for (const body of ['requestBody', 'responseBody'] as const) {
    const need = needs[body]
    if (need !== undefined && !(typeof need?.limit === 'number' && need.limit >= 0))
      throw new TypeError(`the limit of its needs.${body} is no number`)
  }
  return handler
}

function checkPhases<P extends string>(
  phasesOf: { readonly [phase in P]?: unknown },
  names: readonly P[],
  part: string,
): void {
  for (const phase of names)
    if (phasesOf[phase] !== undefined && typeof phasesOf[phase] !== 'function')
      throw new TypeError(`its phase '${part}${phase}' is no function`)
}

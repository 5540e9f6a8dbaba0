import { type PluginHandler, phases } from '@biplane/plugins/handlers'

/**
 * A handler as plugins of others make them, whom no types hold.
 *
 * @throws TypeError for one that would fail with every request
 */
export function checkedHandler(handler: PluginHandler): PluginHandler {
  if (typeof handler !== 'object' || handler === null) throw new TypeError('it made no handler')
  for (const phase of phases)
    if (handler[phase] !== undefined && typeof handler[phase] !== 'function')
      throw new TypeError(`its phase '${phase}' is no function`)
  const { needs = {} } = handler
  if (typeof needs !== 'object' || needs === null) throw new TypeError('its needs are no object')
  for (const body of ['requestBody', 'responseBody'] as const) {
    const need = needs[body]
    if (need !== undefined && !(typeof need?.limit === 'number' && need.limit >= 0))
      throw new TypeError(`the limit of its needs.${body} is no number`)
  }
  return handler
}

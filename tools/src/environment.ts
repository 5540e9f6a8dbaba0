/** What the user set as `KONG_…`, by setting name: `npm start` passes it through to the apps. Empty counts as absent. */
export function kongSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.entries(environment).filter(
    ([name, value = '']) => name.startsWith('KONG_') && name !== 'KONG_CONF' && value.trim() !== '',
  )
  return Object.fromEntries(
    given.map(([name, value]) => [name.slice('KONG_'.length).toLowerCase(), value ?? '']),
  )
}

/** The environment without settings: those go into each process's settings file, which the printed command names. */
export function otherEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('KONG_')))
}

import { string } from '@biplane/entities'

const LEVELS = ['debug', 'info', 'notice', 'warning', 'err', 'crit', 'alert', 'emerg'] as const

/** A level of syslog. */
export function severity<const A extends { readonly required?: boolean }>(attributes: A) {
  return string({ default: 'info', one_of: LEVELS, ...attributes })
}

import { randomUUID } from 'node:crypto'
import { plugin, validate } from '@biplane/entities'
import { expect, it } from 'vitest'
import { bundledPlugins } from './index.ts'

const subschemas = { plugins: bundledPlugins('3.4.0') }
const context = { subschemas, now: 1, uuid: randomUUID, randomKey: () => 'k' }

it.each([
  ['bot-detection', 'allow', '(a+)+$', '^Mozilla/\\d+(\\.\\d+)*'],
  ['bot-detection', 'deny', '^(\\w+\\s?)*$', 'curl/.*'],
  ['cors', 'origins', 'https://(a+)+', '^https://[a-z]+\\.preview\\.test$'],
])('%s refuses slow patterns in %s, and takes others', (name, field, slow, fast) => {
  const refused = validate(plugin, { name, config: { [field]: [slow] } }, context)
  expect(refused).toEqual({ errors: { config: { [field]: [expect.stringContaining('exponential time')] } } })
  expect(validate(plugin, { name, config: { [field]: [fast] } }, context)).toHaveProperty('entity')
})

it('cors takes all origins', () => {
  expect(validate(plugin, { name: 'cors', config: { origins: ['*'] } }, context)).toHaveProperty('entity')
})

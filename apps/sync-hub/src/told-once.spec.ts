import { compileDowngrade, type Rule } from '@biplane/compat'
import type { Entity } from '@biplane/entities'
import { createLogger } from '@biplane/service'
import { expect, it } from 'vitest'
import { toldOnce } from './told-once.ts'

const verify: Rule = {
  since: '3.2.0',
  on: 'services',
  added: 'field',
  field: 'tls_verify',
  older: 'strip',
  severity: 'security',
}
const dull: Rule = { since: '3.2.0', on: 'services', added: 'field', field: 'note', older: 'strip' }

it.each<[string, readonly Omit<Entity, 'id'>[], string[]]>([
  ['what weakens nodes', [{ tls_verify: true }], ['security:s0']],
  ['what takes away', [{ note: 'x' }], ['notice:s0']],
  [
    'each once, however many entities it concerns',
    [{ note: 'x' }, { tls_verify: true }, { note: 'y' }],
    ['notice:s0', 'security:s1'],
  ],
  ['nothing of what does not concern anything', [{ name: 'x' }], []],
])('a downgrade tells %s', (_, services, expected) => {
  const lines: string[] = []
  const log = createLogger({ log_level: 'warn' }, 'sync-hub', { write: (line) => void lines.push(line) })
  const plain = compileDowngrade([verify, dull], '3.2.0', { refuseInsecure: false })
  const telling = toldOnce(plain, '3.2.0', log)
  for (const [i, fields] of services.entries()) {
    const change = {
      op: 'upsert',
      kind: 'services',
      id: `s${i}`,
      entity: { ...fields, id: `s${i}` },
    } as const
    expect(telling.apply(change)).toEqual(plain.apply(change))
  }
  const told = lines.map((line): { severity: string; id: string; msg: string } => JSON.parse(line))
  expect(told.map(({ severity, id }) => `${severity}:${id}`)).toEqual(expected)
  for (const { msg } of told) expect(msg).toContain('which is incompatible with dataplane')
})

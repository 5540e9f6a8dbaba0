import { compileDowngrade, type Rule } from '@biplane/compat'
import type { Entity } from '@biplane/entities'
import { createLogger } from '@biplane/service'
import { expect, it } from 'vitest'
import { toldWhenWeakened } from './weakened.ts'

const verify: Rule = {
  since: '3.2.0',
  on: 'services',
  added: 'field',
  field: 'tls_verify',
  older: 'strip',
  severity: 'security',
}
const harmless: Rule = { since: '3.2.0', on: 'services', added: 'field', field: 'note', older: 'strip' }

it.each<[string, readonly Omit<Entity, 'id'>[], string[]]>([
  ['what weakens nodes', [{ tls_verify: true }], ['s0']],
  ['it once, however many entities it concerns', [{ tls_verify: true }, { tls_verify: true }], ['s0']],
  ['nothing of what only takes away', [{ note: 'x' }], []],
  ['nothing of what does not concern anything', [{ name: 'x' }], []],
])('a downgrade tells %s', (_, services, expected) => {
  const lines: string[] = []
  const log = createLogger({ log_level: 'warn' }, 'sync-hub', { write: (line) => void lines.push(line) })
  const plain = compileDowngrade([verify, harmless], '3.2.0', { refuseInsecure: false })
  const telling = toldWhenWeakened(plain, '3.2.0', log)
  for (const [i, fields] of services.entries()) {
    const change = {
      op: 'upsert',
      kind: 'services',
      id: `s${i}`,
      entity: { ...fields, id: `s${i}` },
    } as const
    expect(telling.apply(change)).toEqual(plain.apply(change))
  }
  const told = lines.map((line): { severity: string; id: string } => JSON.parse(line))
  expect(told.map(({ id }) => id)).toEqual(expected)
  for (const { severity } of told) expect(severity).toBe('security')
})

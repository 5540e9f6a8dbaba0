import { describe, expect, it } from 'vitest'
import { aConsumer, aContext, type ContextFixture } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { acl } from './handler.ts'
import type { AclConfig } from './schema.ts'

const ann = aConsumer()
const real = { consumer: ann, credential: { id: 'a credential' } }
const groups = { [ann.id]: ['dev', 'öps'] }
const anonymous = { consumer: ann, groups }
const member = { ...real, groups }
const unauthorized = { status: 401, error: 'Unauthorized' }
const forbidden = { status: 403, error: 'You cannot consume this service' }

const allowing = (...allow: string[]) => ({ allow })
const denying = (...deny: string[]) => ({ deny })

describe('acl', () => {
  it.each<[string, Partial<AclConfig>, ContextFixture, unknown]>([
    ['nobody', allowing('dev'), {}, unauthorized],
    ['nobody, where it denies', denying('dev'), {}, unauthorized],
    ['a credential of nobody', allowing('dev'), { credential: { id: 'c' } }, forbidden],
    ['a member of an allowed group', allowing('x', 'öps'), member, undefined],
    ['a member of others', allowing('x'), member, forbidden],
    ['a member of a denied group', denying('x', 'dev'), member, forbidden],
    ['a member of groups that are not denied', denying('x'), member, undefined],
    ['a consumer without groups', allowing('dev'), real, forbidden],
    ['a consumer without groups, where it denies', denying('dev'), real, undefined],
    ['an anonymous consumer without groups', allowing('dev'), { consumer: ann }, unauthorized],
    ['an anonymous member', allowing('dev'), anonymous, undefined],
    ['an anonymous member of others', allowing('x'), anonymous, forbidden],
    ['authenticated groups of nobody', allowing('dev'), { authenticatedGroups: ['dev'] }, undefined],
    ['other authenticated groups', allowing('dev'), { authenticatedGroups: ['ops'] }, forbidden],
    ['no authenticated groups', allowing('dev'), { authenticatedGroups: [] }, forbidden],
    ['denied authenticated groups', denying('dev'), { authenticatedGroups: ['dev'] }, forbidden],
    [
      'authenticated groups before those of an anonymous consumer',
      allowing('ops'),
      { ...anonymous, authenticatedGroups: ['ops'] },
      undefined,
    ],
    [
      'the groups of a real consumer before authenticated ones',
      allowing('ops'),
      { ...member, authenticatedGroups: ['ops'] },
      forbidden,
    ],
  ])('answers %s', (_title, config, fixture, expected) => {
    expect(access(config, fixture).verdict).toEqual(expected)
  })

  const forged = { 'X-Consumer-Groups': 'forged', 'X-Authenticated-Groups': 'forged' }
  it.each<[string, Partial<AclConfig>, ContextFixture, Record<string, string>]>([
    [
      'all groups of the consumer',
      allowing('dev'),
      member,
      { 'x-consumer-groups': Buffer.from('dev, öps').toString('latin1') },
    ],
    [
      'authenticated groups',
      allowing('a'),
      { authenticatedGroups: ['a', 'b'] },
      { 'x-authenticated-groups': 'a, b' },
    ],
    ['nothing, told to hide them', { ...allowing('dev'), hide_groups_header: true }, member, {}],
    ['nothing, where there are none', denying('x'), real, {}],
  ])('tells the upstream %s, whatever the client says', (_title, config, fixture, expected) => {
    const { context } = access(config, { ...fixture, headers: forged })
    expect(Object.fromEntries(context.request.headers.entries())).toEqual(expected)
  })
})

function access(config: Partial<AclConfig>, fixture: ContextFixture) {
  const context = aContext(fixture)
  const handler = handlerOf(acl, { allow: null, deny: null, hide_groups_header: false, ...config })
  return { context, verdict: handler.access?.(context) }
}

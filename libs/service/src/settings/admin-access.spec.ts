import { describe, expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { adminTokens, clientRoles } from './admin-access.ts'

const reading = { ...surroundings(), prefix: '/', given: true }
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)]

describe('adminTokens', () => {
  it.each([
    ['nothing', '', []],
    ['one', `ci:write:sha256:${a}`, [{ name: 'ci', role: 'write', sha256: a }]],
    ['a hash in capitals', `ci:write:sha256:${a.toUpperCase()}`, [{ name: 'ci', role: 'write', sha256: a }]],
    [
      'two of one name, by comma',
      `ci:write:sha256:${a}, ci:read-only:sha256:${b}`,
      [
        { name: 'ci', role: 'write', sha256: a },
        { name: 'ci', role: 'read-only', sha256: b },
      ],
    ],
    [
      'lines with remarks',
      `# of the team, since May\nci:write:sha256:${a}\r\n\n  # next\ngrafana:read-only:sha256:${b}\n`,
      [
        { name: 'ci', role: 'write', sha256: a },
        { name: 'grafana', role: 'read-only', sha256: b },
      ],
    ],
  ])('takes %s', (_what, text, value) => {
    expect(adminTokens.parse(text, reading)).toEqual({ value })
  })

  it.each([
    ['only remarks', '# ci:write', 'at least one'],
    ['a token in clear', 'ci:write:hunter2', 'item 1'],
    ['an unknown role', `x:write:sha256:${a}, ci:admin:sha256:${b}`, 'item 2'],
    ['a short hash', `ci:write:sha256:${a.slice(1)}`, 'item 1'],
    ['a name with a break', `c\u0000i:write:sha256:${a}`, 'item 1'],
    ['no name', `:write:sha256:${a}`, 'item 1'],
    ['one token twice', `x:write:sha256:${a},y:read-only:sha256:${a.toUpperCase()}`, 'once'],
  ])('refuses %s, and does not repeat it', (_what, text, part) => {
    const parsed = adminTokens.parse(text, reading)
    const wrong = 'wrong' in parsed ? parsed.wrong : ''
    expect(wrong).toContain(part)
    expect(wrong).not.toMatch(/hunter2|aaaa/)
  })
})

describe('clientRoles', () => {
  it.each([
    ['nothing', '', []],
    ['a name with spaces', 'Deploy Bot : write', [{ name: 'Deploy Bot', role: 'write' }]],
    ['a name with colons', 'AB:CD:read-only', [{ name: 'AB:CD', role: 'read-only' }]],
    [
      'all others',
      'ci:write, *:read-only',
      [
        { name: 'ci', role: 'write' },
        { name: '*', role: 'read-only' },
      ],
    ],
  ])('takes %s', (_what, text, value) => {
    expect(clientRoles.parse(text, reading)).toEqual({ value })
  })

  it.each([
    ['a name alone', 'ci', 'item 1'],
    ['a role alone', ':write', 'item 1'],
    ['an unknown role', 'ci:write, x:root', 'item 2'],
    ['two roles of one name', 'ci:write, ci:read-only', 'one role'],
  ])('refuses %s', (_what, text, part) => {
    const parsed = clientRoles.parse(text, reading)
    expect('wrong' in parsed ? parsed.wrong : '').toContain(part)
  })
})

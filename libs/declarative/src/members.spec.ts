import { describe, expect, it } from 'vitest'
import { configOf, only, refused, registry } from './fixtures/world.ts'
import { invalidConfig } from './invalid.ts'
import { printConfig } from './print.ts'

const consumers = [{ username: 'ann' }, { username: 'bob' }]
const gold = { name: 'gold' }

async function memberships(document: Parameters<typeof configOf>[0]): Promise<readonly string[]> {
  const config = await configOf(document)
  const names = new Map(
    ['consumers', 'consumer_groups'].flatMap((kind) =>
      [...(config.get(kind)?.values() ?? [])].map(({ id, username, name }) => [
        JSON.stringify({ id }),
        username ?? name,
      ]),
    ),
  )
  return [...(config.get('consumer_group_consumers')?.values() ?? [])].map(
    ({ consumer, consumer_group: group }) =>
      `${names.get(JSON.stringify(consumer))} in ${names.get(JSON.stringify(group))}`,
  )
}

describe('the members of a consumer group', () => {
  it.each([
    [
      'in the group, by name',
      { consumers, consumer_groups: [{ ...gold, consumers: ['ann', 'bob'] }] },
      ['ann in gold', 'bob in gold'],
    ],
    [
      'in the group, as objects',
      { consumers, consumer_groups: [{ ...gold, consumers: [{ username: 'ann' }] }] },
      ['ann in gold'],
    ],
    [
      'in the consumer',
      { consumers: [{ username: 'ann', groups: [{ name: 'gold' }] }], consumer_groups: [gold] },
      ['ann in gold'],
    ],
    [
      'in both',
      {
        consumers: [{ username: 'ann', groups: ['gold'] }],
        consumer_groups: [{ ...gold, consumers: ['ann'] }],
      },
      ['ann in gold'],
    ],
    [
      'in a list of their own',
      {
        consumers,
        consumer_groups: [gold],
        consumer_group_consumers: [{ consumer: 'ann', consumer_group: 'gold' }],
      },
      ['ann in gold'],
    ],
    [
      'nested as what they are',
      { consumers, consumer_groups: [{ ...gold, consumer_group_consumers: [{ consumer: 'bob' }] }] },
      ['bob in gold'],
    ],
  ])('may be named %s', async (_, document, expected) => {
    expect(await memberships(document)).toEqual(expected)
  })

  it('are refused where there is nobody of that name', async () => {
    const { faults } = await refused({ consumers, consumer_groups: [{ ...gold, consumers: ['eve'] }] })
    expect(Object.values(invalidConfig(faults).details?.consumer_group_consumers ?? {})).toEqual([
      ["invalid reference 'consumer: eve' (no such entry in 'consumers')"],
    ])
  })

  it('are refused where no name stands', async () => {
    const { faults } = await refused({
      consumers: [{ username: 'ann', groups: 'gold' }],
      consumer_groups: [gold],
    })
    expect(invalidConfig(faults).details).toEqual({ consumers: [{ groups: 'expected an array' }] })
  })

  it('stay who they are when the document comes again', async () => {
    const document = { consumers, consumer_groups: [{ ...gold, consumers: ['ann', 'bob'] }] }
    const config = await configOf(document)
    expect(await configOf(document, config)).toEqual(config)
  })
})

describe('a plugin of a consumer group', () => {
  const plugin = { name: 'rate-limiting' }

  it('is another one than the same plugin of everything', async () => {
    const plugins = [plugin, { ...plugin, consumer_group: 'gold' }]
    const config = await configOf({ consumer_groups: [gold], plugins })
    expect(config.get('plugins')?.size).toBe(2)
  })

  it('may be nested in the group', async () => {
    const config = await configOf({ consumer_groups: [{ ...gold, plugins: [plugin] }] })
    expect(only(config, 'plugins').consumer_group).toEqual({ id: only(config, 'consumer_groups').id })
  })

  it('is printed as its group’s, and no other plugin names a group', async () => {
    const config = await configOf({ consumer_groups: [{ ...gold, plugins: [plugin] }], plugins: [plugin] })
    const { plugins = [] } = printConfig(config, registry)
    const printed = Array.isArray(plugins) ? plugins.map((one) => Object.hasOwn(one, 'consumer_group')) : []
    expect(printed.toSorted()).toEqual([false, true])
  })
})

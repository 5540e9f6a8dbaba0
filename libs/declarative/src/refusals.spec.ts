import { describe, expect, it } from 'vitest'
import { refused } from './fixtures/world.ts'
import { invalidConfig, unreadableConfig } from './invalid.ts'

const ID = '0855b320-0dd2-547d-891d-601e9b38647f'
const service = { name: 'foo', host: 'a.test' }
const route = { name: 'r', paths: ['/'] }

describe('the errors of a document', () => {
  it.each([
    [
      'a field',
      { services: [{ port: -12 }] },
      { services: [{ host: 'required field missing', port: 'value should be between 0 and 65535' }] },
    ],
    [
      'the second of two',
      { services: [service, { name: 'bar' }] },
      { services: [null, { host: 'required field missing' }] },
    ],
    [
      'a nested entity',
      { services: [{ ...service, routes: [route, { paths: ['x'] }] }] },
      { services: [{ routes: [null, { paths: ['should start with: / (fixed path) or ~/ (regex path)'] }] }] },
    ],
    [
      'an entity and what is nested in it',
      { services: [{ name: 'foo', routes: [{ name: 'r' }] }] },
      {
        services: [
          {
            host: 'required field missing',
            routes: [
              {
                '@entity': [
                  "must set one of 'methods', 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'https'",
                ],
              },
            ],
          },
        ],
      },
    ],
    [
      'a plugin that is not there',
      { services: [{ ...service, plugins: [{ name: 'x' }] }] },
      {
        services: [
          { plugins: [{ name: "plugin 'x' not enabled; add it to the 'plugins' configuration property" }] },
        ],
      },
    ],
    [
      'the config of a plugin',
      { plugins: [{ name: 'rate-limiting', config: { minute: 'x', day: 1 } }] },
      { plugins: [{ config: { minute: 'expected a number', day: 'unknown field' } }] },
    ],
    [
      'a field that is none',
      { services: [{ ...service, plugin: [], acls: [] }] },
      { services: [{ plugin: 'unknown field', acls: 'unknown field' }] },
    ],
    ['a kind that is none', { bogus: [] }, { bogus: 'unknown field' }],
    [
      'what is the product’s own, in no list',
      { workspaces: 'default', parameters: { key: 'cluster_id' }, tags: [] },
      { workspaces: 'expected an array', parameters: 'expected an array', tags: 'unknown field' },
    ],
    [
      'words of decK',
      { _workspace: 'default', _info: {}, _konnect: {}, _plugin_configs: {} },
      {
        _workspace: 'unknown field',
        _info: 'unknown field',
        _konnect: 'unknown field',
        _plugin_configs: 'unknown field',
      },
    ],
    [
      'no list',
      { services: 1, routes: { a: 1 } },
      { services: 'expected an array', routes: 'expected an array' },
    ],
    [
      'no nested list',
      { services: [{ ...service, routes: 'x' }] },
      { services: [{ routes: 'expected an array' }] },
    ],
    [
      'no entity',
      { services: [service, 1, null, [1]] },
      { services: [null, 'expected a record', 'expected a record', 'expected a record'] },
    ],
    [
      'remarks',
      { _comment: 1, _ignore: 'x', services: [{ ...service, _comment: {}, _ignore: {} }] },
      {
        _comment: 'expected a string',
        _ignore: 'expected an array',
        services: [{ _comment: 'expected a string' }],
      },
    ],
    [
      'a format of tomorrow',
      { _format_version: '4.0' },
      { _format_version: 'expected one of: 1.1, 2.1, 3.0' },
    ],
    ['a format that is a number', { _format_version: 3.0 }, { _format_version: 'expected a string' }],
    ['no format', { _format_version: null }, { _format_version: 'required field missing' }],
    ['a switch', { _transform: 'yes' }, { _transform: 'expected a boolean' }],
    [
      'an id',
      {
        services: [
          { ...service, id: 'x' },
          { ...service, id: 5 },
        ],
      },
      { services: [{ id: 'expected a valid UUID' }, { id: 'expected a string' }] },
    ],
    [
      'times',
      {
        consumers: [
          { username: 'a', updated_at: 'x', keyauth_credentials: [{ ttl: -1 }, { expires_at: 'x' }] },
        ],
      },
      {
        consumers: [
          {
            updated_at: 'expected an integer',
            keyauth_credentials: [
              { ttl: 'must be an integer between 0 and 100000000' },
              { expires_at: 'expected an integer' },
            ],
          },
        ],
      },
    ],
    [
      'a moment where nothing ends',
      { services: [{ ...service, expires_at: 1 }] },
      { services: [{ expires_at: 'unknown field' }] },
    ],
    [
      'a reference beside another fault',
      { routes: [{ ...route, service: 'ghost', hosts: 1 }] },
      { routes: [{ hosts: 'expected an array', service: { id: 'missing primary key' } }] },
    ],
    [
      'protocols that do not meet',
      {
        services: [service],
        routes: [{ ...route, service: 'foo' }],
        plugins: [{ name: 'rate-limiting', route: 'r', protocols: ['grpc'] }],
      },
      { plugins: [{ protocols: "must match the associated route's protocols" }] },
    ],
  ])('tell %s at its place', async (_, document, fields) => {
    expect(invalidConfig((await refused(document)).faults).details).toEqual(fields)
  })

  it.each([
    [
      'a name',
      { services: [service, service] },
      { services: [null, "uniqueness violation: 'services' entity with name set to 'foo' already declared"] },
    ],
    [
      'an id',
      {
        services: [
          { ...service, id: ID },
          { name: 'bar', host: 'b.test', id: ID },
        ],
      },
      {
        services: [
          null,
          `uniqueness violation: 'services' entity with primary key set to '${ID}' already declared`,
        ],
      },
    ],
    [
      'a nested name',
      { services: [{ ...service, routes: [route, route] }] },
      {
        services: [
          { routes: [null, "uniqueness violation: 'routes' entity with name set to 'r' already declared"] },
        ],
      },
    ],
    [
      'a name, and one nested in it',
      {
        services: [
          { ...service, routes: [route] },
          { ...service, routes: [route] },
        ],
      },
      {
        services: [
          null,
          {
            '@entity': ["uniqueness violation: 'services' entity with name set to 'foo' already declared"],
            routes: ["uniqueness violation: 'routes' entity with name set to 'r' already declared"],
          },
        ],
      },
    ],
    [
      'another unique field',
      {
        consumers: [
          { username: 'foo', custom_id: 'c' },
          { username: 'bar', custom_id: 'c' },
        ],
      },
      {
        consumers: {
          bar: "uniqueness violation: 'consumers' entity with custom_id set to 'c' already declared",
        },
      },
    ],
  ])('tell that %s is given twice', async (_, document, fields) => {
    expect(invalidConfig((await refused(document)).faults).details).toEqual(fields)
  })

  it('tell that the same plugin is declared twice, however its ids came to differ', async () => {
    const plugin = { name: 'rate-limiting' }
    const { faults } = await refused({
      services: [{ ...service, plugins: [plugin] }],
      plugins: [{ ...plugin, service: 'foo' }],
    })
    expect(faults[0]?.problem).toContain(
      "uniqueness violation: 'plugins' entity with name, route, service, consumer set to 'rate-limiting, null, {",
    )
  })

  it.each([
    [
      'by name',
      { ...route, service: 'ghost' },
      { routes: { r: ["invalid reference 'service: ghost' (no such entry in 'services')"] } },
    ],
    [
      'by id',
      { ...route, id: ID, name: null, service: { id: ID } },
      { routes: { [ID]: [`invalid reference 'service: {"id":"${ID}"}' (no such entry in 'services')`] } },
    ],
    [
      'by what is no key',
      { ...route, service: { host: 'a.test' } },
      { routes: [{ service: { id: 'missing primary key' } }] },
    ],
    [
      'by what the other one has not',
      { ...route, service: { port: 'x' } },
      { routes: [{ service: { port: 'expected an integer' } }] },
    ],
    [
      'by a number',
      { ...route, service: 5 },
      { routes: { r: ["invalid reference 'service: 5' (no such entry in 'services')"] } },
    ],
  ])('tell references to nothing, %s', async (_, one, fields) => {
    expect(invalidConfig((await refused({ services: [service], routes: [one] })).faults).details).toEqual(
      fields,
    )
  })

  it('tell both references of an entity, and what is given twice beside it', async () => {
    const plugin = { name: 'rate-limiting', instance_name: 'p', service: 'ghost', consumer: 'boo' }
    expect(
      invalidConfig((await refused({ plugins: [plugin, { name: 'key-auth', instance_name: 'p' }] })).faults)
        .details,
    ).toEqual({
      plugins: {
        '2': "uniqueness violation: 'plugins' entity with instance_name set to 'p' already declared",
        p: [
          "invalid reference 'service: ghost' (no such entry in 'services')",
          "invalid reference 'consumer: boo' (no such entry in 'consumers')",
        ],
      },
    })
  })

  it('are told in one line of Lua, too', async () => {
    const error = invalidConfig((await refused({ services: [{ port: -12 }] })).faults)
    expect(error.code).toBe('invalid declarative configuration')
    expect(error.message).toBe(
      'declarative config is invalid: {services={{host="required field missing",port="value should be between 0 and 65535"}}}',
    )
    const twice = invalidConfig((await refused({ services: [service, service] })).faults)
    expect(twice.message).toBe(
      `declarative config is invalid: {services={[2]="uniqueness violation: 'services' entity with name set to 'foo' already declared"}}`,
    )
  })

  it('may be that it is none', () => {
    const error = unreadableConfig('expected an object')
    expect(error.details).toEqual({ error: 'failed parsing declarative configuration: expected an object' })
    expect(error.message).toBe(
      'declarative config is invalid: {error="failed parsing declarative configuration: expected an object"}',
    )
  })

  it('survive a document that is nested a hundred thousand deep', async () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    expect((await refused({ services: deep })).faults).toEqual([
      { at: ['error'], problem: 'nested too deeply' },
    ])
  })
})

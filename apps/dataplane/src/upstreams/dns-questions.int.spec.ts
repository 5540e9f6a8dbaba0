import { expect, it } from 'vitest'
import { dnsQuestions } from './dns-questions.ts'
import { aDnsServer, serviceData } from './fixtures/a-dns-server.ts'
import { resolveName } from './resolve-name.ts'

const nothingLocal = { hosts: new Map(), search: { domains: [], ndots: 1 } }

it('asks the servers of the settings, and takes the TTLs that they tell', async () => {
  await using server = await aDnsServer(
    new Map([
      ['A a.test', [{ ttl: 7, data: Buffer.from([10, 0, 0, 1]) }]],
      [
        'AAAA b.test',
        [{ ttl: 8, data: Buffer.concat([Buffer.from([0xfd]), Buffer.alloc(14), Buffer.from([1])]) }],
      ],
      ['SRV s.test', [{ ttl: 9, data: serviceData('a.test', 81, 5) }]],
    ]),
  )
  const questions = dnsQuestions({ dns_resolver: [server.address] })
  const resolve = (name: string) => resolveName(name, ['SRV', 'A', 'AAAA'], { questions, ...nothingLocal })
  const none = { port: null, weight: null, host: null }
  expect(await resolve('a.test')).toEqual({
    ...{ kind: 'found', type: 'A', ttl: 7 },
    places: [{ ...none, ip: '10.0.0.1' }],
  })
  expect(await resolve('b.test')).toEqual({
    ...{ kind: 'found', type: 'AAAA', ttl: 8 },
    places: [{ ...none, ip: 'fd00::1' }],
  })
  expect(await resolve('s.test')).toEqual({
    ...{ kind: 'found', type: 'SRV', ttl: 7 },
    places: [{ ip: '10.0.0.1', port: 81, weight: 5, host: 'a.test' }],
  })
  expect(await resolve('none.test')).toEqual({ kind: 'not-found' })
  expect(await resolve('fail.test')).toEqual({ kind: 'failed', reason: 'ESERVFAIL' })
})

import { expect, it } from 'vitest'
import { ownersOf } from './strays.ts'

const plugin = (name: string, folder: string) => ({ name, folder, priority: 1, file: `${folder}/handler.js` })
const plugins = [plugin('one', '/opt/plugins/one'), plugin('other', '/opt/plugins/one-more')]

class Unplaced extends Error {
  override readonly stack = 'Error: connect ECONNREFUSED 127.0.0.1:1'
}

it.each<[string, unknown, readonly string[]]>([
  ['a module', failingIn('file:///opt/plugins/one/handler.js:1:2'), ['one']],
  ['a script', failingIn('Timeout.<anonymous> (/opt/plugins/one-more/lib/x.cjs:1:2)'), ['other']],
  [
    'the code of both',
    failingIn('/opt/plugins/one/a.js:1\n at /opt/plugins/one-more/b.js:1'),
    ['one', 'other'],
  ],
  ['our own code', failingIn('file:///opt/biplane/dataplane/worker.js:1:2'), []],
  [
    'a socket that nobody listens to',
    failingIn('TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)'),
    ['one', 'other'],
  ],
  ['what has no place at all', new Unplaced(), ['one', 'other']],
  ['what is no error, which our own code never throws', 'a text', ['one', 'other']],
])('a fault in %s is of those whose code it came through', (_, error, owners) => {
  expect(ownersOf(error, plugins)).toEqual(owners)
})

function failingIn(place: string): Error {
  const error = new Error('a bug')
  error.stack = `Error: a bug\n    at ${place}`
  return error
}

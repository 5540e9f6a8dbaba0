import { expect, it } from 'vitest'
import { judgeNode } from './node-version.ts'

it.each([
  ['18.20.4', 'problem'],
  ['22.18.0', 'problem'],
  ['22.19.0', 'ok'],
  ['22.30.1', 'ok'],
  ['23.1.0', 'warning'],
  ['24.0.0', 'ok'],
  ['26.1.0', 'warning'],
])('Node.js %s: %s', (version, level) => {
  expect(judgeNode(version)).toMatchObject({ level, subject: `Node.js ${version}` })
})

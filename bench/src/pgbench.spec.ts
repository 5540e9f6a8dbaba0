import { expect, it } from 'vitest'
import { toScript } from './pgbench.ts'

it('varies the digits of each transaction, and hands all values to the server beside the statement', () => {
  const [id, json] = ['00000000-0000-4000-8000-000000000000', '[{"name":"bench-000000000000"}]']
  const statements = [
    { text: 'begin', parameters: [] },
    { text: 'insert into a values ($1, $2, $3, $4::json)', parameters: [id, '7', null, json] },
  ]
  const number = "lpad(:number::text, 12, '0')"
  expect(toScript(statements)).toEqual({
    text: [
      '\\set number random(0, 999999999999)',
      'begin;',
      `insert into a values (replace(:p1_1::text, '000000000000', ${number})::uuid, :p1_2, null, replace(:p1_4::text, '000000000000', ${number})::json);`,
      '',
    ].join('\n'),
    variables: { p1_1: id, p1_2: '7', p1_4: json },
  })
})

import { expect, it } from 'vitest'
import { transactionWith } from './statement-log.ts'

const at = '2026-11-23 11:50:00.123 UTC'

it('finds a statement that is a transaction of its own, with its parameters', () => {
  const log = [
    `${at} [7] LOG:  statement: notify "x"`,
    `${at} [8] LOG:  execute create consumers: with a as (`,
    `\t  select $1::json`,
    `\t) select 1`,
    `${at} [8] DETAIL:  Parameters: $1 = '[{"name":"it''s mine"}]', $2 = NULL`,
    `${at} [8] LOG:  statement: select 2`,
  ].join('\n')
  expect(transactionWith(log, 'mine')).toEqual([
    { text: 'with a as (\n  select $1::json\n) select 1', parameters: [`[{"name":"it's mine"}]`, null] },
  ])
})

it('finds all statements of a transaction, and none of another session', () => {
  const log = [
    `${at} [7] LOG:  statement: begin`,
    `${at} [8] LOG:  statement: begin`,
    `${at} [8] LOG:  execute <unnamed>: insert into a values ($1)`,
    `${at} [8] DETAIL:  parameters: $1 = 'mine'`,
    `${at} [7] LOG:  execute <unnamed>: insert into a values ($1)`,
    `${at} [7] DETAIL:  parameters: $1 = 'other'`,
    `${at} [8] LOG:  statement: commit`,
    `${at} [7] LOG:  statement: commit`,
  ].join('\n')
  expect(transactionWith(log, 'mine').map(({ text }) => text)).toEqual([
    'begin',
    'insert into a values ($1)',
    'commit',
  ])
  expect(() => transactionWith(log, 'nobody')).toThrow(
    "no transaction in the log has a parameter with 'nobody'",
  )
})

import { expect } from 'vitest'
import type { Expected, Pattern, Step } from './case.ts'
import type { ClientAnswer } from './client.ts'
import type { Arrival } from './servers.ts'

/** Throws where an answer is not as the case says. */
export function judgeAnswer(answer: ClientAnswer, expected: Expected): void {
  const { status, headers = {}, body, contains, lacks, lines = [] } = expected
  if (status !== undefined) expect(status, answer.body).toContain(answer.status)
  for (const [name, pattern] of Object.entries(headers)) judgeHeader(name, answer.headers.get(name), pattern)
  if (body !== undefined) expect(answer.body).toBe(body)
  if (contains !== undefined) expect(answer.body).toContain(contains)
  if (lacks !== undefined) expect(answer.body).not.toContain(lacks)
  if (lines.length > 0) expect(answer.body.split('\n')).toEqual(expect.arrayContaining([...lines]))
  judgeJson(answer, expected)
}

function judgeJson(
  { body }: ClientAnswer,
  { json, jsonSubset, message, targetHealth, each }: Expected,
): void {
  if (json !== undefined) expect(JSON.parse(body)).toEqual(json)
  if (jsonSubset !== undefined) expect(JSON.parse(body)).toMatchObject(jsonSubset)
  if (message !== undefined) expect(JSON.parse(body).message).toMatch(new RegExp(message))
  if (targetHealth !== undefined) {
    const listed = JSON.parse(body).data.map((one: { target: string; health: string }) => [
      one.target,
      one.health,
    ])
    expect(Object.fromEntries(listed)).toEqual(targetHealth)
  }
  if (each === undefined) return
  const entries: unknown[] = JSON.parse(body)[each.field]
  expect(entries.length).toBeGreaterThan(0)
  for (const entry of entries) expect(entry).toMatchObject(each.json_subset)
}

/** Throws where a request did not arrive as the case says. */
export function judgeArrival(arrival: Arrival | undefined, expected: NonNullable<Step['arrives']>): void {
  if (arrival === undefined) throw new Error('no request reached an upstream')
  const { method, target, headers = {}, query } = expected
  if (method !== undefined) expect(arrival.method).toBe(method)
  if (target !== undefined) expect(arrival.target).toBe(target)
  for (const [name, pattern] of Object.entries(headers)) judgeHeader(name, arrival.headers.get(name), pattern)
  if (query === undefined) return
  const found = new URL(arrival.target, 'http://upstream').searchParams
  const values = [...new Set(found.keys())].map((name) => {
    const all = found.getAll(name)
    return [name, all.length === 1 ? all[0] : all]
  })
  expect(Object.fromEntries(values)).toEqual(query)
}

function judgeHeader(name: string, values: readonly string[] | undefined, pattern: Pattern): void {
  if (typeof pattern !== 'object') expect(values?.join(', '), name).toBe(String(pattern))
  else if ('absent' in pattern) expect(values, name).toBeUndefined()
  else if ('present' in pattern) expect(values, name).toBeDefined()
  else if ('matches' in pattern) expect(values?.join(', '), name).toMatch(new RegExp(pattern.matches))
  else expect(values?.toSorted(), name).toEqual(pattern.all.toSorted())
}

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bodyFields } from './body-fields.ts'
import { formPairs, valueIn } from './form-pairs.ts'
import { formEditor } from './transforming/form-editor.ts'
import { multipartEditor } from './transforming/multipart-editor.ts'

it('reads forms as URLSearchParams does, and loses none of their bytes', () => {
  const piece = fc.constantFrom('a', 'b', '=', '&', '+', '%', '%4', '%41', '%FF', '%C3%BC', '%26', '?', '#')
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      const pairs = [...formPairs(Buffer.from(text))]
      const read = pairs.map(([name, written]) => [name, valueIn(written)])
      expect(read).toEqual([...new URLSearchParams(`&${text}`)])
      const written = pairs.map(([, pair]) => pair).join('&')
      expect(Buffer.from(written, 'latin1').toString()).toBe(text.replace(/&+/g, '&').replace(/^&|&$/g, ''))
    }),
  )
})

it.each([
  ['one name', 'a&'],
  ['escapes', '%41&'],
  ['what are none', '%zz&'],
])('takes a megabyte of %s in its stride', (_what, pair) => {
  const bytes = Buffer.from(pair.repeat(2 ** 20 / pair.length))
  const fields = bodyFields('application/x-www-form-urlencoded', bytes)
  expect(fields?.without('none')).toHaveLength(bytes.byteLength - 1)
})

it('edits forms of as many fields as a client may have reasons for, whatever they are called, and no others', () => {
  const fields = (count: number) => Buffer.from('a=1&'.repeat(count))
  expect(formEditor(fields(100_000))?.encode()).toHaveLength(399_999)
  expect(formEditor(fields(100_001))).toBeUndefined()
  const parts = (count: number) => Buffer.from(`${'--b\r\n\r\n'.repeat(count)}--b--`)
  const type = 'multipart/form-data; boundary=b'
  expect(multipartEditor(parts(100_000), type)?.encode()).toHaveLength(700_005)
  expect(multipartEditor(parts(100_001), type)).toBeUndefined()
})

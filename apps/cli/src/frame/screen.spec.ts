import { describe, expect, it } from 'vitest'
import { drawOver, widthOf } from './screen.ts'

/** What a terminal of so many rows shows after these writes: it obeys what `drawOver` asks of it, and scrolls. */
function shownOn(rows: number, writes: readonly (readonly string[])[]): string[] {
  let lines: string[] = []
  let top = 0
  const draw = drawOver({
    rows,
    write(text: string) {
      const [, back = '0', drawn = ''] =
        /^(?:ESC\[(\d+)A)?([\s\S]*)ESC\[J$/.exec(text.replaceAll('\x1b', 'ESC')) ?? []
      lines = lines.slice(0, Math.max(top, lines.length - Number(back)))
      lines.push(...drawn.split('ESC[K\n').slice(0, -1))
      top = Math.max(0, lines.length + 1 - rows)
      return true
    },
  })
  for (const write of writes) draw(write)
  return lines
}

const lines = (count: number, mark: string) => Array.from({ length: count }, (_, i) => `${mark}${i}`)

describe('drawOver', () => {
  it.each([
    ['as many lines', lines(3, 'b')],
    ['fewer lines', lines(1, 'b')],
    ['more lines', lines(5, 'b')],
  ])('leaves nothing of what it drew before: %s', (_what, next) => {
    expect(shownOn(24, [lines(3, 'a'), next])).toEqual(next)
  })

  it('says how many lines have no room, since it could not draw over those', () => {
    const cut = ['b0', 'b1', 'b2', '… 7 more lines']
    expect(shownOn(5, [lines(10, 'a'), lines(10, 'b')])).toEqual(cut)
  })
})

it.each([
  ['a terminal', true, 80, 80],
  ['a terminal that does not know', true, 0, Number.POSITIVE_INFINITY],
  ['no terminal', false, 80, Number.POSITIVE_INFINITY],
])('%s has its width', (_what, isTTY, columns, width) => {
  expect(widthOf({ isTTY, columns })).toBe(width)
})

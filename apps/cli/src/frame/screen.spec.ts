import { describe, expect, it } from 'vitest'
import { drawOver, widthOf } from './screen.ts'

/** What a terminal of this size shows after these writes: it obeys what `drawOver` asks of it, wraps, and scrolls. */
function shownOn(
  { rows, columns }: { rows: number; columns: number },
  writes: readonly (readonly string[])[],
): string[] {
  let lines: string[] = []
  let top = 0
  const draw = drawOver({
    rows,
    write(text: string) {
      const [, wrapOff, back = '0', drawn = ''] =
        /^(ESC\[\?7l)?(?:ESC\[(\d+)A)?([\s\S]*)ESC\[J(?:ESC\[\?7h)?$/.exec(text.replaceAll('\x1b', 'ESC')) ??
        []
      lines = lines.slice(0, Math.max(top, lines.length - Number(back)))
      for (const line of drawn.replaceAll('ESC[K', '').split('\n').slice(0, -1)) {
        if (wrapOff === undefined) lines.push(...wrapped(line, columns))
        else lines.push(line.slice(0, columns))
      }
      top = Math.max(0, lines.length + 1 - rows)
      return true
    },
  })
  for (const write of writes) draw(write)
  return lines
}

const wrapped = (line: string, columns: number) => line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? ['']

const lines = (count: number, mark: string) => Array.from({ length: count }, (_, i) => `${mark}${i}`)

describe('drawOver', () => {
  it.each([
    ['as many lines', lines(3, 'b')],
    ['fewer lines', lines(1, 'b')],
    ['more lines', lines(5, 'b')],
  ])('leaves nothing of what it drew before: %s', (_what, next) => {
    expect(shownOn({ rows: 24, columns: 80 }, [lines(3, 'a'), next])).toEqual(next)
  })

  it('says how many lines have no room, since it could not draw over those', () => {
    const cut = ['b0', 'b1', 'b2', '… 7 more lines']
    expect(shownOn({ rows: 5, columns: 80 }, [lines(10, 'a'), lines(10, 'b')])).toEqual(cut)
  })

  it('lets no line take two on a narrow terminal', () => {
    const long = ['a line of twenty-five', 'and another one']
    expect(shownOn({ rows: 24, columns: 10 }, [long, long])).toEqual(['a line of ', 'and anothe'])
  })
})

it.each([
  ['a terminal', true, 80, 80],
  ['a terminal that does not know', true, 0, Number.POSITIVE_INFINITY],
  ['no terminal', false, 80, Number.POSITIVE_INFINITY],
])('%s has its width', (_what, isTTY, columns, width) => {
  expect(widthOf({ isTTY, columns })).toBe(width)
})

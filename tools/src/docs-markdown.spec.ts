import { describe, expect, it } from 'vitest'
import { parsePage } from './docs-markdown.ts'

const PAGE = `# The \`first\` page

See [the other](other.md#part-two) and ![a picture](picture.png), not \`[code](no.md)\`.

## What works

\`\`\`sh test=tour slow
# no heading
curl [x](y)
\`\`\`

## What works

Say \`npm start\`, \`npm
run check\` and \`\`a \` tick\`\`; [a
link](far.md).
- one \` alone
- another \` alone
`

describe('a page', () => {
  const page = parsePage(PAGE)

  it('can be linked to at its headings, each by a name of its own', () => {
    expect([...page.anchors]).toEqual(['the-first-page', 'what-works', 'what-works-1'])
  })

  it('has the links of its text, not those of its code', () => {
    expect(page.links).toEqual([
      { text: 'other.md#part-two', line: 3 },
      { text: 'picture.png', line: 3 },
      { text: 'far.md', line: 15 },
    ])
  })

  it('has code within its text, across lines too', () => {
    expect(page.spans).toEqual([
      { text: 'first', line: 1 },
      { text: '[code](no.md)', line: 3 },
      { text: 'npm start', line: 14 },
      { text: 'npm run check', line: 14 },
      { text: 'a ` tick', line: 15 },
    ])
  })

  it('has code between fences, with its marks and the heading above', () => {
    expect(page.blocks).toEqual([
      {
        language: 'sh',
        marks: ['test=tour', 'slow'],
        heading: 'What works',
        line: 7,
        text: '# no heading\ncurl [x](y)',
      },
    ])
  })

  it('is refused when a fence is never closed', () => {
    expect(() => parsePage('a\n```sh\nb')).toThrow('the fence of line 2 is never closed')
  })
})

it.each([
  ['punctuation', 'A node, killed?', 'a-node-killed'],
  ['code', '`--fresh` and more', '--fresh-and-more'],
  ['a link', '[Ports](ports.md) & walls', 'ports--walls'],
  ['other letters', 'Größe 2', 'größe-2'],
])('a heading with %s is named as GitHub names it', (_, title, anchor) => {
  expect([...parsePage(`## ${title}`).anchors]).toEqual([anchor])
})

/** A page of the documentation, as far as it can be checked. Lines count from 1. */
export interface Page {
  /** What a link to a heading of this page may say after its `#`. */
  readonly anchors: ReadonlySet<string>
  readonly links: readonly Line[]
  /** Code between backticks within text. */
  readonly spans: readonly Line[]
  readonly blocks: readonly Block[]
}

export interface Line {
  readonly text: string
  readonly line: number
}

/** Code between fences. */
export interface Block extends Line {
  readonly language: string
  /** The other words after the fence, such as `test=restore`. */
  readonly marks: readonly string[]
  /** The heading that it stands under. */
  readonly heading: string
}

const FENCE = /^ {0,3}(```+|~~~+)\s*(.*)$/
const HEADING = /^(#{1,6})\s+(.+?)\s*#*$/

/** Reads the Markdown that we write: headings with `#`, fences, and spans and inline links, which may cross lines of text. */
export function parsePage(markdown: string): Page {
  const anchors = new Set<string>()
  const blocks: Block[] = []
  const texts: Line[] = []
  let heading = ''
  let open: { fence: string; info: string; line: number; lines: string[] } | null = null
  for (const [index, text] of markdown.split('\n').entries()) {
    const line = index + 1
    const [, fence = '', info = ''] = FENCE.exec(text) ?? []
    if (open !== null) {
      if (fence.startsWith(open.fence) && info === '') {
        blocks.push(blockOf(open, heading))
        open = null
      } else open.lines.push(text)
    } else if (fence !== '') {
      open = { fence, info, line, lines: [] }
    } else {
      heading = HEADING.exec(text)?.[2] ?? heading
      if (HEADING.test(text)) anchors.add(freeAnchor(heading, anchors))
      texts.push({ text, line })
    }
  }
  if (open !== null) throw new SyntaxError(`the fence of line ${open.line} is never closed`)
  const runs = paragraphs(texts)
  return { anchors, links: runs.flatMap(linksOf), spans: runs.flatMap(spansOf), blocks }
}

/** Lines that belong together, each such run as one text: a heading, a list item's first line and a row of a table begin anew. */
function paragraphs(lines: readonly Line[]): readonly Line[] {
  const runs: Line[] = []
  let last: Line | undefined
  for (const { text, line } of lines) {
    const run = runs.at(-1)
    const goesOn =
      last?.line === line - 1 && last.text.trim() !== '' && !/^\s*([#|]|[-*] |\d+\. |$)/.test(text)
    if (run !== undefined && goesOn) runs[runs.length - 1] = { text: `${run.text}\n${text}`, line: run.line }
    else runs.push({ text, line })
    last = { text, line }
  }
  return runs
}

function blockOf(
  { info, line, lines }: { info: string; line: number; lines: string[] },
  heading: string,
): Block {
  const [language = '', ...marks] = info.split(/\s+/)
  return { language, marks, heading, line, text: lines.join('\n') }
}

/** GitHub's way to name a heading: lower case, punctuation dropped, spaces to hyphens, a number for the second of a name. */
function freeAnchor(title: string, taken: ReadonlySet<string>): string {
  const name = title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
  for (let count = 0; ; count += 1) {
    const anchor = count === 0 ? name : `${name}-${count}`
    if (!taken.has(anchor)) return anchor
  }
}

/** A span may hold backticks when more of them enclose it. */
const SPAN = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/gs

function spansOf(run: Line): Line[] {
  return [...run.text.matchAll(SPAN)].map(({ index, 2: code = '' }) => ({
    text: code.replace(/\s+/g, ' ').trim(),
    line: lineAt(run, index),
  }))
}

/** Targets of `[text](target)` and `![text](target)` outside code. */
function linksOf(run: Line): Line[] {
  const withoutCode = run.text.replace(SPAN, (code) => code.replace(/[^\n]/g, ' '))
  return [...withoutCode.matchAll(/\[[^\]]*\]\(([^)\s]+)[^)]*\)/g)].map(({ index, 1: target = '' }) => ({
    text: target,
    line: lineAt(run, index),
  }))
}

function lineAt({ text, line }: Line, index: number): number {
  return line + text.slice(0, index).split('\n').length - 1
}

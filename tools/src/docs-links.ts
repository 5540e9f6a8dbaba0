import { posix } from 'node:path'
import type { Page } from './docs-markdown.ts'

/**
 * One sentence for every relative link whose file or heading is not there.
 *
 * @param pages by path from the repository's folder; a link to a heading may only point into one of these
 * @param exists whether the repository has the file or folder
 */
export function brokenLinks(
  pages: ReadonlyMap<string, Page>,
  exists: (path: string) => boolean,
): readonly string[] {
  return [...pages].flatMap(([path, { links }]) =>
    links.flatMap(({ text, line }) => {
      const problem = problemOf(text, path, pages, exists)
      return problem === null ? [] : [`${path}:${line}: ${text}: ${problem}`]
    }),
  )
}

function problemOf(
  target: string,
  from: string,
  pages: ReadonlyMap<string, Page>,
  exists: (path: string) => boolean,
): string | null {
  if (/^[a-z]+:/.test(target)) return null // somebody else's page
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : posix.join(posix.dirname(from), decodeURIComponent(file))
  if (path.startsWith('..')) return 'it points out of the repository'
  if (!exists(path)) return 'there is no such file'
  if (anchor === undefined) return null
  const page = pages.get(path)
  if (page === undefined) return 'only pages have headings to point at'
  return page.anchors.has(anchor) ? null : `that page has no heading #${anchor}`
}

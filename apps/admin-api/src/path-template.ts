/** `/services/{services}` for `/services/:services`: how clients are told of a path. */
export function toTemplate(path: string): string {
  return path.replace(/:([^/]+)/g, '{$1}')
}

/** `/a/z` before `/ab`: a path stands before those of which it is a beginning, and what lies below it comes next. */
export function bySegments(a: string, b: string): number {
  const [left, right] = [a.replaceAll('/', '\0'), b.replaceAll('/', '\0')]
  return left < right ? -1 : Number(left > right)
}

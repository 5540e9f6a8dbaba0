import { effectOf, numericVersion, type Rule, rules } from '@biplane/compat'

const BEGIN = '<!-- rules: written by `npm run docs` -->'
const END = '<!-- end of rules -->'

/** The page with the rules as they are now. */
export function compatPage(page: string): string {
  const [before = '', rest = ''] = page.split(BEGIN, 2)
  const [, after = ''] = rest.split(END, 2)
  return `${before}${BEGIN}\n\n${releases()}\n\n${END}${after}`
}

/** One table for each release, the newest first, as the rules run. */
function releases(): string {
  const bySince = Map.groupBy(rules, ({ since }) => since)
  const newestFirst = [...bySince].sort(([a], [b]) => numericVersion(b) - numericVersion(a))
  return newestFirst.map(([since, own]) => `${heading(since)}\n\n${table(own)}`).join('\n\n')
}

function heading(since: string): string {
  return `### Nodes older than ${since.replace(/\.0$/, '')}`
}

function table(own: readonly Rule[]): string {
  const rows = own.map((rule) => `| \`${rule.on}\` | ${escaped(effectOf(rule))} | ${told(rule)} |`)
  return ['| of | they get | told |', '| --- | --- | --- |', ...rows].join('\n')
}

/** Whether somebody is told of it, and of which values he is not. */
function told(rule: Rule): string {
  if (rule.idle || 'renamed' in rule || 'replaced' in rule || 'respelled' in rule)
    return 'no: nothing is lost'
  if ('older' in rule && rule.older === 'refuse') return 'as the reason'
  const how = rule.severity === 'security' ? 'as a matter of **security**' : 'yes'
  const implied = rule.added === 'field' ? rule.implied : undefined
  if (implied === undefined) return how
  const value = typeof implied === 'object' ? 'as by default' : escaped(JSON.stringify(implied))
  return `${how}, unless it is ${value}`
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('_', '\\_').replaceAll('*', '\\*')
}

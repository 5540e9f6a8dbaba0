import { describeSettings, type SettingRow } from '@biplane/service'

/** `docs/settings.md`, from the one table that the apps read their settings with. */
export function settingsPage(): string {
  const rows = describeSettings().map(
    (row) =>
      `| \`${row.name}\` | ${row.apps.join(', ')} | ${shownDefault(row)} | ${row.expects} | ${row.description} |`,
  )
  return `# Settings

Each app is started with settings only: as environment variables, \`KONG_\` and the name in capitals, or in a file named by
\`KONG_CONF\` in the syntax of \`kong.conf\`. The environment wins. \`KONG_PG_PASSWORD_FILE\` and the like name a file that holds
the value, so that a secret need not stand in the environment. All problems are reported at once, and the app does not
start with any. Names and defaults are Kong's where Kong has the setting.

| setting | apps | default | form | what it does |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}

function shownDefault({ default: value, required, secret }: SettingRow): string {
  if (typeof value === 'string') return value === '' ? (required ? '**required**' : 'none') : `\`${value}\``
  if (secret) return 'none'
  return Object.entries(value)
    .map(([app, text]) => `${app}: ${text === '' ? 'none' : `\`${text}\``}`)
    .join('<br>')
}

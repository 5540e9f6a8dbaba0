import { element } from './elements.js'

/** What a request is made of, to be filled in, and what it was answered. */
export function trial(method, path, { parameters, requestBody }, tokenHeaders) {
  const inputs = parameters.map((parameter) => ({
    ...parameter,
    input: element('input', { 'aria-label': parameter.name }),
  }))
  const body =
    requestBody && element('textarea', { rows: 6, 'aria-label': 'body', placeholder: '{ "name": "…" }' })
  const shown = element('pre', { hidden: true, 'aria-live': 'polite' })
  const form = element(
    'form',
    {},
    table(inputs),
    ...(body ? [body] : []),
    element('button', {}, `Send ${method}`),
    shown,
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const headers = { ...tokenHeaders(), ...given(inputs, 'header') }
    const text = body?.value ?? ''
    if (text !== '')
      headers['content-type'] = text.startsWith('{') || text.startsWith('[') ? JSON_TYPE : FORM_TYPE
    shown.hidden = false
    shown.textContent = await answer(urlOf(path, inputs), {
      method,
      headers,
      ...(text === '' ? {} : { body: text }),
    })
  })
  return form
}

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

function table(inputs) {
  const rows = inputs.map(({ name, in: where, description = '', required, input }) =>
    element(
      'tr',
      {},
      element('td', {}, element('code', {}, name), required ? '' : '?'),
      element('td', { class: 'quiet' }, where),
      element('td', {}, input),
      element('td', { class: 'quiet' }, description),
    ),
  )
  return element('table', {}, element('tbody', {}, ...rows))
}

/** What was filled in, by name. */
function given(inputs, where) {
  const filled = inputs.filter((each) => each.in === where && each.input.value !== '')
  return Object.fromEntries(filled.map(({ name, input }) => [name, input.value]))
}

function urlOf(path, inputs) {
  const values = given(inputs, 'path')
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ''))
  const query = String(new URLSearchParams(given(inputs, 'query')))
  return query === '' ? filled : `${filled}?${query}`
}

async function answer(url, request) {
  const asked = `${request.method} ${url}\n`
  try {
    const response = await fetch(url, request)
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
    return `${asked}\n${response.status} ${response.statusText}\n${headers}\n\n${pretty(await response.text())}`
  } catch (error) {
    return `${asked}\n${error}`
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text // no JSON
  }
}

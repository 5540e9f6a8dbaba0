import { element, folded } from './elements.js'
import { outline } from './schema.js'
import { trial } from './send.js'

const [groups, filter, token] = ['groups', 'filter', 'token'].map((id) => document.getElementById(id))
const tokenHeaders = () => (token.value === '' ? {} : { 'kong-admin-token': token.value })

document.getElementById('controls').addEventListener('submit', (event) => event.preventDefault())
token.addEventListener('change', show)
await show()

/** Reads the document and lists what it tells. */
async function show() {
  const response = await fetch('/openapi.json', { headers: tokenHeaders() })
  if (!response.ok) {
    const { message = response.statusText } = await response.json()
    groups.replaceChildren(element('p', {}, `The document was not given: ${message}`))
    return
  }
  const api = await response.json()
  document.getElementById('version').textContent = api.info.version
  const paragraphs = api.info.description.split('\n\n').map((text) => element('p', { class: 'quiet' }, text))
  document.getElementById('about').replaceChildren(...paragraphs)
  const operations = Object.entries(api.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ path, method: verb.toUpperCase(), operation })),
  )
  const resolve = (reference) =>
    reference
      .slice(2)
      .split('/')
      .reduce((at, name) => at[decodeURIComponent(name)], api)
  const list = () => groups.replaceChildren(...listed(api.tags, operations.filter(isWanted), resolve))
  filter.oninput = list
  list()
  groups.removeAttribute('aria-busy')
}

function isWanted({ path, method, operation }) {
  const text = `${method} ${path} ${operation.summary}`.toLowerCase()
  return filter.value
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function listed(tags, operations, resolve) {
  return tags.flatMap(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name))
    if (own.length === 0) return []
    const isOpen = filter.value !== ''
    const title = element(
      'summary',
      {},
      element('strong', {}, name),
      element('span', { class: 'quiet' }, ` ${own.length}`),
    )
    return [element('details', { open: isOpen }, title, ...own.map((each) => shown(each, resolve)))]
  })
}

function shown({ path, method, operation }, resolve) {
  const summary = [
    element('span', { class: 'verb' }, method),
    element('span', { class: 'path' }, path),
    element('span', { class: 'quiet' }, ` ${operation.summary}`),
  ]
  const make = () => [element('div', { class: 'inside' }, ...inside(method, path, operation, resolve))]
  return folded(summary, make, { class: operation.deprecated ? 'operation deprecated' : 'operation' })
}

function inside(method, path, operation, resolve) {
  const { description = '', parameters = [], requestBody, responses } = operation
  // What many operations have in common is told once, and referred to.
  const whole = (part) => (part.$ref === undefined ? part : resolve(part.$ref))
  return [
    element('p', {}, description),
    ...(requestBody ? contents('Body', requestBody, resolve) : []),
    element('h3', {}, 'Answers'),
    ...Object.entries(responses).map(([status, answer]) => answered(status, whole(answer), resolve)),
    element('h3', {}, 'Try it'),
    trial(method, path, { parameters: parameters.map(whole), requestBody }, tokenHeaders),
  ]
}

function answered(status, { description, headers = {}, content }, resolve) {
  const told = Object.keys(headers).join(', ')
  const summary = [
    element('code', {}, status),
    ` ${description}`,
    element('span', { class: 'quiet' }, told && ` ${told}`),
  ]
  if (content === undefined) return element('div', {}, ...summary)
  return folded(summary, () => Object.values(content).flatMap(({ schema }) => outline(schema, resolve)))
}

function contents(title, { description = '', content }, resolve) {
  const types = Object.entries(content).map(([type, { schema }]) =>
    folded([element('code', {}, type)], () => outline(schema, resolve)),
  )
  return [element('h3', {}, title), element('p', { class: 'quiet' }, description), ...types]
}

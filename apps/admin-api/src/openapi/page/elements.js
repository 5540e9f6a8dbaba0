/** An element with attributes and children; texts are texts, never markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value)
  }
  made.append(...children.filter((child) => child !== undefined && child !== ''))
  return made
}

/** A part that is folded, and made only when it is opened first. */
export function folded(summary, make, attributes = {}) {
  const details = element('details', attributes, element('summary', {}, ...summary))
  details.addEventListener('toggle', () => details.append(...make()), { once: true })
  return details
}

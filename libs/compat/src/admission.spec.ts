import { describe, expect, it } from 'vitest'
import { coreVersions } from './admission.fixture.ts'
import { type Admission, admit } from './admission.ts'

describe('admit', () => {
  it.each(coreVersions)('answers $reason for control plane $cp and data plane $dp', (example) => {
    const { cp, dp, nodeId = 'a-node', accept, status, reason } = example
    const admission = admit(cp, { nodeId, version: dp })
    expect(admission.reason).toBe(reason)
    expect(admission.kind === 'admitted').toBe(accept)
    expect(statusOf(admission)).toBe(status)
  })

  it.each([
    ['major_differs', '2.8.0', ['3.4.0', '2.8.0', '3.x.y']],
    ['dp_minor_newer', '3.5.0', ['3.4.0', '3.5.0']],
  ])('names both versions in a refusal for %s', (_reason, dp, texts) => {
    const admission = admit('3.4.0', { nodeId: 'a-node', version: dp })
    for (const text of texts)
      expect(admission).toHaveProperty('withheld.message', expect.stringContaining(text))
  })
})

function statusOf(admission: Admission): string | null {
  switch (admission.kind) {
    case 'admitted':
      return 'normal'
    case 'refused':
      return admission.withheld.kind
    case 'unidentified':
      return null
  }
}

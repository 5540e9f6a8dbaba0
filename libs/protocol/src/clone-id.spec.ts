import { describe, expect, it } from 'vitest'
import { cloneId } from './clone-id.ts'

const node = '22222222-2222-4222-8222-222222222222'

describe('the id of a clone', () => {
  it('is a UUID of its own for each process, and the same each time', () => {
    const id = cloneId({ nodeId: node, instance: 'a' })
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(cloneId({ nodeId: node, instance: 'a' })).toBe(id)
    expect(cloneId({ nodeId: node, instance: 'b' })).not.toBe(id)
    expect(cloneId({ nodeId: node.replace('2', '3'), instance: 'a' })).not.toBe(id)
  })
})

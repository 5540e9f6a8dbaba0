import { balancerContract } from './balancer.contract.ts'

balancerContract('round-robin', { retry: 'elsewhere', proportional: true, beginsAnew: true, disturbed: null })
balancerContract('least-connections', {
  retry: 'elsewhere',
  proportional: true,
  beginsAnew: true,
  disturbed: null,
})
balancerContract('latency', { retry: 'elsewhere', proportional: false, beginsAnew: false, disturbed: null })
// One of ten goes: its tenth of the requests, and what shifts because the shares are of whole points.
balancerContract('consistent-hashing', {
  retry: 'there',
  proportional: true,
  beginsAnew: true,
  disturbed: 20,
})

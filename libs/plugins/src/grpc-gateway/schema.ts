import { protocols, record, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  { proto: string({ required: false, description: 'Describes the gRPC types and methods.' }) },
  { required: true },
)

export const grpcGatewaySchema = {
  name: 'grpc-gateway',
  priority: 998,
  fields: { protocols, config },
} satisfies BundledSchema

import { boolean, number, protocols, record, string } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'

const config = record(
  {
    timeout: number({
      default: 600000,
      description: 'Timeout in milliseconds before closing a connection to the Azure Functions server.',
    }),
    keepalive: number({
      default: 60000,
      description:
        'Time in milliseconds during which an idle connection to the Azure Functions server lives before being closed.',
    }),
    https: boolean({
      default: true,
      description: 'Use of HTTPS to connect with the Azure Functions server.',
    }),
    https_verify: boolean({
      default: false,
      description: 'Set to `true` to authenticate the Azure Functions server.',
    }),
    apikey: string({
      encrypted: true,
      referenceable: true,
      description:
        'The apikey to access the Azure resources. If provided, it is injected as the `x-functions-key` header.',
    }),
    clientid: string({
      encrypted: true,
      referenceable: true,
      description:
        'The `clientid` to access the Azure resources. If provided, it is injected as the `x-functions-clientid` header.',
    }),
    appname: string({ required: true, description: 'The Azure app name.' }),
    hostdomain: string({
      required: true,
      default: 'azurewebsites.net',
      description: 'The domain where the function resides.',
    }),
    routeprefix: string({ default: 'api', description: 'Route prefix to use.' }),
    functionname: string({ required: true, description: 'Name of the Azure function to invoke.' }),
  },
  { required: true },
)

export const azureFunctionsSchema = {
  name: 'azure-functions',
  priority: 749,
  fields: { protocols, config },
} satisfies BundledSchema

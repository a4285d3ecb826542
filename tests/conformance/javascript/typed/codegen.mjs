// graphql-codegen: types for `operations.graphql`, from the running server's schema.
import { generate } from '@graphql-codegen/cli'
import { check } from '../check.mjs'
import { url } from '../site.mjs'

await check('makes types from the schema of the server', () =>
  generate({
    schema: url,
    documents: '../operations.graphql',
    silent: true,
    generates: {
      'generated/typed/': {
        preset: 'client',
        presetConfig: { fragmentMasking: false },
        config: {
          strictScalars: true,
          scalars: { BoardCursor: 'string', CurrencyCode: 'string', Date: 'string', DateTime: 'string', Decimal: 'string', Duration: 'string' },
          useTypeImports: true,
        },
      },
    },
  }),
)
process.exit()

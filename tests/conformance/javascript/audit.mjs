// graphql-http's audits of GraphQL over HTTP: what a server must, should and may do.
import { auditServer } from 'graphql-http'
import { url } from './site.mjs'

const results = await auditServer({ url, fetchFn: fetch })
for (const { id, name, status, reason } of results) {
  console.log(status === 'ok' ? `ok ${id} ${name}` : `not ok ${id} ${name}: ${status}, ${reason}`)
}
process.exitCode = results.every(({ status }) => status === 'ok') ? 0 : 1

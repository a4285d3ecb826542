// graphql-inspector: the committed schema is the served one, and the operations are valid and within its measures.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { check } from './check.mjs'

const program = fileURLToPath(new URL('node_modules/.bin/graphql-inspector', import.meta.url))
const operations = fileURLToPath(new URL('../operations.graphql', import.meta.url))
const [committed, url] = [process.env.TAVLE_SCHEMA, process.env.TAVLE_URL]

// The tool fetches a schema in its definition language with POST only.
const served = `${process.env.TAVLE_FOLDER}/served.graphql`
writeFileSync(served, await (await fetch(`${url}/schema.graphql`)).text())

const inspect = (...words) => execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

function expect(said, wanted) {
  if (!said.includes(wanted)) throw new Error(said)
}

await check('the committed schema is the served one', () =>
  expect(inspect('diff', committed, served), 'No changes detected'))
await check('what introspection tells breaks nothing that the committed schema promises', () =>
  expect(inspect('diff', committed, `${url}/graphql`), 'No breaking changes detected'))
await check('the operations are valid', () =>
  expect(inspect('validate', operations, `${url}/graphql`, '--deprecated'), 'All documents are valid'))

// relay-compiler: artifacts for `documents.js`, from the running server's schema.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import relay from 'relay-compiler'
import { check } from '../check.mjs'

const folder = new URL('../generated/relay/', import.meta.url)

await check('compiles the documents', async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(new URL('artifacts/', folder), { recursive: true })
  const schema = await fetch(`${process.env.TAVLE_URL}/schema.graphql`)
  writeFileSync(new URL('schema.graphql', folder), await schema.text())
  // The artifacts are CommonJS.
  writeFileSync(new URL('package.json', folder), '{ "type": "commonjs" }')
  execFileSync(relay, ['relay.config.json'], { encoding: 'utf8' })
})

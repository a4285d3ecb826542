// graphql-eslint on the running server's schema: all rules of "schema recommended" and "schema relay".
import plugin from '@graphql-eslint/eslint-plugin'
import { ESLint } from 'eslint'
import { buildSchema, isObjectType, parse } from 'graphql'

const served = await (await fetch(`${process.env.TAVLE_URL}/schema.graphql`)).text()
const types = Object.values(buildSchema(served).getTypeMap()).filter(isObjectType)
const values = types.filter((type) => !type.getInterfaces().some(({ name }) => name === 'Node'))

// Where a rule is set otherwise than its authors recommend, and why.
const settings = {
  // Lists that are small by nature are plain lists, and connections have `nodes` beside `edges`.
  'relay-edge-types': { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
  // Entities have ids; values (payloads, edges, refusals, money) have no identity.
  'strict-id-in-types': { exceptions: { types: values.map(({ name }) => name) } },
}
// What one type may do although a rule forbids it, and why.
const waivers = {
  'naming-convention ActivityType': 'the business calls it an activity type; it is no type of the schema language',
  'relay-edge-types AuditEntryEdge': 'entries of the audit trail are lines of a log: read in order, never by an id',
}

const recommended = { ...plugin.configs['flat/schema-recommended'].rules, ...plugin.configs['flat/schema-relay'].rules }
const changed = Object.entries(settings).map(([rule, setting]) => [`@graphql-eslint/${rule}`, ['error', setting]])
const rules = { ...recommended, ...Object.fromEntries(changed) }

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [{
    files: ['**/*.graphql'],
    languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema: served } } },
    plugins: { '@graphql-eslint': plugin },
    rules,
  }],
})
const [{ messages }] = await eslint.lintText(served, { filePath: 'schema.graphql' })

const { definitions } = parse(served)
function typeAt(line) {
  return definitions.find(({ loc }) => loc.startToken.line <= line && line <= loc.endToken.line)?.name.value
}
const found = messages.map(({ ruleId, line, message }) => {
  const rule = ruleId.replace('@graphql-eslint/', '')
  return { rule, waiver: `${rule} ${typeAt(line)}`, text: `line ${line}: ${message}` }
})

let failed = false
function say(what, broken) {
  console.log(broken.length === 0 ? `ok ${what}` : `not ok ${what}`)
  for (const { text } of broken) console.log(`  ${text}`)
  failed ||= broken.length > 0
}
for (const id of Object.keys(rules)) {
  const rule = id.replace('@graphql-eslint/', '')
  say(rule, found.filter((each) => each.rule === rule && !(each.waiver in waivers)))
}
for (const [waiver, reason] of Object.entries(waivers)) {
  const needed = found.some((each) => each.waiver === waiver)
  say(`waived ${waiver}: ${reason}`, needed ? [] : [{ text: 'nothing needs this waiver any more' }])
}
process.exitCode = failed ? 1 : 0

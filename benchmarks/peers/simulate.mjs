// Runs @cloud-copilot/iam-simulate over requests, in a process of its own, and times it there.
//
//     node simulate.mjs FOLDER < JSON
//
// FOLDER holds node_modules. JSON in: {identityPolicies, resourcePolicy, requests: [[principal, action, resource, context]],
// account, milliseconds}. JSON out: {version, answers: [true | false | "what went wrong"], samples: [ns of processor time per decision, ...]}.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const require = createRequire(join(process.argv[2], 'x.js'))
const { runSimulation } = require('@cloud-copilot/iam-simulate')
const entry = require.resolve('@cloud-copilot/iam-simulate')
const root = entry.slice(0, entry.indexOf('iam-simulate') + 'iam-simulate'.length)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const input = JSON.parse(readFileSync(0, 'utf8'))

const simulations = input.requests.map(([principal, action, resource, contextVariables]) => ({
  request: { principal, action, resource: { resource, accountId: input.account }, contextVariables },
  identityPolicies: input.identityPolicies,
  serviceControlPolicies: [],
  resourceControlPolicies: [],
  resourcePolicy: input.resourcePolicy ?? undefined
}))

const answers = []
const begun = performance.now()
for (const simulation of simulations) {
  const found = await runSimulation(simulation, {})
  answers.push(found.resultType === 'error' ? JSON.stringify(found.errors) : found.overallResult === 'Allowed')
  if (performance.now() - begun > input.milliseconds * 6 && answers.length >= 5) break
}
const asked = answers.length
const samples = []
for (let round = 0; round < 5; round++) {
  let count = 0
  const begun = performance.now()
  const before = process.cpuUsage()
  do {
    await runSimulation(simulations[count % asked], {})
    count++
  } while (performance.now() - begun < input.milliseconds && count < 20000)
  const { user, system } = process.cpuUsage(before)
  samples.push(((user + system) / count) * 1e3)
}
console.log(JSON.stringify({ version, answers, samples }))

const { isDeepStrictEqual } = require('node:util')
const { freePort, start } = require('./processes.js')

const START_MILLISECONDS = 60_000
const POLL_MILLISECONDS = 100
const STOP_MILLISECONDS = 3000
/** Takes every subgraph. */
const OF_ALL = JSON.stringify({
  query: '{ users(page: 0) { reviews { id } } topProducts(page: 0) { shippingEstimate } }',
})

/**
 * A gateway that answers: `{ gateway, url, child, ask(body, token) }`. Its process is added to `children`. Throws with its
 * last words where it does not answer.
 */
exports.run = async (gateway, place, children) => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/graphql`
  const { program, args, cwd, env } = gateway.command({ ...place, port })
  const { child, said } = start('gateway', program, args.map(String), {
    ...(cwd ? { cwd } : {}),
    env: { ...process.env, NODE_ENV: 'production', ...env },
  })
  children.push(child)
  const until = Date.now() + START_MILLISECONDS
  const ask = (body, token) => post(url, body, token)
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended at its start: ${said()}`)
    // One that listens may still be finding its subgraphs.
    const answer = await ask(OF_ALL, place.token).catch(() => '')
    if (answer.includes('"data"') && !answer.includes('"errors"')) return { gateway, url, child, ask }
    if (Date.now() > until) {
      await exports.stop(child)
      throw new Error(`it did not answer within ${START_MILLISECONDS / 1000} s: ${said()}`)
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MILLISECONDS))
  }
}

exports.stop = async child => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.kill()
  const harder = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS)
  await ended
  clearTimeout(harder)
}

/** Why an answer is not, by value, the data expected (JSON both), order of keys apart; nothing where it is. */
exports.difference = (answer, expected) => {
  const { data, errors } = JSON.parse(answer)
  if (errors) return `it answers with errors: ${JSON.stringify(errors).slice(0, 300)}`
  return isDeepStrictEqual(data, JSON.parse(expected)) ? undefined : `its answer differs: ${answer.slice(0, 300)}`
}

async function post(url, body, token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body,
  })
  return await response.text()
}

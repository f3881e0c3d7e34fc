/**
 * How many instructions a question takes of the thread that answers it, of which functions, and how many of them a processor
 * would have waited for. On a machine that is shared a clock does not tell 5 % from chance, and lets nobody count what
 * caches miss. Valgrind counts and simulates, a hundred times as slow, and V8 says which of its addresses are whose.
 */
const { execFileSync, spawnSync } = require('node:child_process')
const { readFileSync, rmSync } = require('node:fs')
const { CONNECTIONS, load } = require('./load.js')

const VALGRIND = ['--tool=callgrind', '--instr-atstart=no', '--separate-threads=yes', '--dump-instr=yes']
/** A core of AMD's Zen 5: 32 KB of instructions, 48 KB of data, and as the last level the 1 MB that a core has for itself. */
const CORE = ['--cache-sim=yes', '--branch-sim=yes', '--I1=32768,8,64', '--D1=49152,12,64', '--LL=1048576,16,64']
/** One address a line, all names in full: to be read without remembering. */
const AS_IT_IS = ['--dump-line=no', '--compress-pos=no', '--compress-strings=no']
/** Names of what V8 compiles; and compiled after fewer questions, of which there are few, however long that takes. */
const OF_V8 = ['--perf-basic-prof', '--interrupt-budget=40000', '--concurrent-recompilation-queue-length=1000']

exports.canCount = spawnSync('valgrind', ['--version']).status === 0

const fileOf = home => `${home}.instructions`

/** The same gateway, run by valgrind. */
exports.underValgrind = gateway => ({
  ...gateway,
  command: place => {
    const { program, args, ...rest } = gateway.command(place)
    const counted = [...VALGRIND, ...CORE, ...AS_IT_IS, `--callgrind-out-file=${fileOf(place.home)}`]
    return { ...rest, program: 'valgrind', args: [...counted, program, ...OF_V8, ...args] }
  },
})

/**
 * `{ requests, events, functions }`: by function how many of each event a question has of it. Asks for `warmUp` seconds before
 * and for `seconds` while it is counted.
 */
exports.countInstructions = async ({ child, url, home }, bodies, { token, seconds, warmUp }) => {
  const pid = String(child.pid)
  const control = (...args) => execFileSync('callgrind_control', [...args, pid], { stdio: 'ignore' })
  await load({ url, bodies, token, home, seconds: warmUp })
  control('-i', 'on')
  const { requests } = await load({ url, bodies, token, home, seconds })
  control('-i', 'off')
  control('-d')
  const map = `/tmp/perf-${pid}.map`
  // Of the first thread.
  const { events, counts } = read(readFileSync(`${fileOf(home)}.1-01`, 'latin1'), readFileSync(map, 'utf8'))
  rmSync(map)
  const ofOne = of => of.map(count => count / (requests + CONNECTIONS))
  return { requests, events, functions: new Map([...counts].map(([name, of]) => [name, ofOne(of)])) }
}

/** By function what callgrind has written: its own part of each event, and of code without a name what V8 calls it. */
function read(written, map) {
  const counts = new Map()
  const unnamed = new Map()
  let [object, name] = ['', '']
  let events = []
  let called = false
  for (const line of written.split('\n')) {
    if (line.startsWith('events: ')) events = line.split(' ').slice(1).filter(Boolean)
    else if (line.startsWith('ob=')) object = line.slice(3)
    else if (line.startsWith('fn=')) [name] = line.slice(3).split("'")
    // What follows is of the callee, and counted there.
    else if (line.startsWith('calls=')) called = true
    else if (line.startsWith('0x')) {
      const [address, ...of] = line.split(' ').map(Number)
      if (called) called = false
      else if (object === '???' || name.startsWith('0x')) add(unnamed, address, of)
      else add(counts, name, of)
    }
  }
  const nameOf = namesIn(map, [...unnamed.keys()])
  for (const [address, of] of unnamed) add(counts, nameOf.get(address) ?? 'compiled, unknown', of)
  // Zeros at the end of a line are not written.
  return { events, counts: new Map([...counts].map(([name, of]) => [name, events.map((_, index) => of[index] ?? 0)])) }
}

/** By address the function that V8 has last said to be there: what was compiled before it may have gone. */
function namesIn(map, addresses) {
  const sorted = addresses.sort((one, other) => one - other)
  const names = new Map()
  for (const line of map.split('\n')) {
    const [, start, size, name] = /^([0-9a-f]+) ([0-9a-f]+) (.*)$/.exec(line) ?? []
    if (name === undefined) continue
    const from = Number.parseInt(start, 16)
    const to = from + Number.parseInt(size, 16)
    for (let at = firstFrom(sorted, from); at < sorted.length && sorted[at] < to; at++) names.set(sorted[at], name)
  }
  return names
}

function firstFrom(sorted, least) {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] < least) low = middle + 1
    else high = middle
  }
  return low
}

function add(counts, name, of) {
  const before = counts.get(name) ?? []
  const longer = Math.max(before.length, of.length)
  counts.set(
    name,
    Array.from({ length: longer }, (_, index) => (before[index] ?? 0) + (of[index] ?? 0)),
  )
}

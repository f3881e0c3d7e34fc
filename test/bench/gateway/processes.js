const { spawn, spawnSync } = require('node:child_process')
const { existsSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const net = require('node:net')
const os = require('node:os')

const canPin = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0
const CORES = os.cpus().length
/** The first core is the gateways'; everything else has the others. */
const LIST = { gateway: '0', others: CORES > 2 ? `1-${CORES - 1}` : '1' }
const LAST_SAID = 2000
const TURN_MILLISECONDS = 100

exports.pinned = canPin && CORES > 1

/** `/proc` is what processor time and memory are read from. */
exports.canMeasure = existsSync('/proc/self/stat')

/** A program ends with this process, however that ends: one left behind would take the core of the next run. */
const WITH_US = ['--pdeathsig', 'KILL']
const canEnd = process.platform === 'linux' && spawnSync('setpriv', [...WITH_US, 'true']).status === 0

/** The command that runs another on the cores of its `place` (`gateway` or `others`), where that can be done here. */
exports.on = (place, command, args) => {
  const pin = exports.pinned ? ['taskset', '-c', LIST[place]] : []
  const [first, ...rest] = [...(canEnd ? ['setpriv', ...WITH_US] : []), ...pin, command, ...args]
  return [first, rest]
}

/** Starts a program on the cores of its place. `said()` is the end of what it printed, for who has to tell of its death. */
exports.start = (place, command, args, { ipc = false, ...options } = {}) => {
  const stdio = ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])]
  const child = spawn(...exports.on(place, command, args), { stdio, ...options })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', piece => {
      said = (said + piece).slice(-LAST_SAID)
    })
  child.on('error', error => {
    said += error.message
  })
  return { child, said: () => said.trim() }
}

/** A TCP port that nobody listens on. */
exports.freePort = () =>
  new Promise((resolve, reject) => {
    const server = net.createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/** Seconds that a process and all below it have spent on processors. */
exports.cpuSeconds = pid => tree(pid).reduce((sum, one) => sum + ticksOf(one), 0) / ticksPerSecond()

/**
 * From now on only one of these processes runs at a time, for a tenth of a second and in an order that changes; the rest are
 * stopped. Call what comes back to let them all go on.
 */
exports.oneAtATime = pids => {
  const signal = (pid, name) => {
    for (const one of tree(pid)) {
      try {
        process.kill(Number(one), name)
      } catch {
        // It has ended, which its load tells.
      }
    }
  }
  for (const pid of pids) signal(pid, 'SIGSTOP')
  let due = []
  let running
  const next = () => {
    if (running !== undefined) signal(running, 'SIGSTOP')
    if (due.length === 0) due = exports.shuffled(pids)
    running = due.pop()
    signal(running, 'SIGCONT')
  }
  const turns = setInterval(next, TURN_MILLISECONDS)
  return () => {
    clearInterval(turns)
    for (const pid of pids) signal(pid, 'SIGCONT')
  }
}

/** The same in an order of chance. */
exports.shuffled = all =>
  all
    .map(one => [Math.random(), one])
    .sort(([one], [other]) => one - other)
    .map(([, one]) => one)

/** From now on `peakBytes` tells of what comes after. */
exports.forgetPeak = pid => {
  for (const one of tree(pid)) writeFileSync(`/proc/${one}/clear_refs`, '5')
}

/** The most memory that a process and all below it have held since `forgetPeak`. */
exports.peakBytes = pid =>
  tree(pid).reduce((sum, one) => sum + 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(one, 'status'))?.[1] ?? 0), 0)

function tree(root) {
  const children = new Map()
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const parent = statOf(pid)[1]
    children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const below = pid => [pid, ...(children.get(pid) ?? []).flatMap(below)]
  return below(String(root))
}

/** Fields of `/proc/<pid>/stat` from the state on: the name before it may hold blanks and brackets. */
function statOf(pid) {
  const text = read(pid, 'stat')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** Ticks in user and system mode, of the process and of children that have ended. */
function ticksOf(pid) {
  return statOf(pid)
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks), 0)
}

let ticks
function ticksPerSecond() {
  ticks ??= Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100
  return ticks
}

/** Empty where the process has ended meanwhile. */
function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

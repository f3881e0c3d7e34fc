/**
 * Which Node.js this is for. On 24 and newer the SQLite driver's statements, once they are garbage, end the process
 * (`RemoveEnvironmentCleanupHook`: better-sqlite3 below 13); one that does not has no Node 20.
 */
const LEAST_MINORS = { 20: 19, 22: 12 }

/** What to do instead, where this version is none of them. */
exports.otherNode = version => {
  const [major, minor] = version.split('.').map(Number)
  if (minor >= LEAST_MINORS[major]) return undefined
  const known = Object.entries(LEAST_MINORS).map(([of, least]) => `${of} (${of}.${least} or newer)`)
  return `Install Node.js ${known.reverse().join(' or ')}.`
}

/** Ends a process of another Node.js before it loads anything: later it would end without a word of why. */
exports.checkNode = () => {
  const advice = exports.otherNode(process.versions.node)
  if (advice === undefined) return
  process.stderr.write(`Terrane does not run on Node.js ${process.versions.node}. ${advice}\n`)
  process.exit(2)
}

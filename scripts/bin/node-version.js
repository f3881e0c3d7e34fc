/**
 * Which Node.js this is for. On 24 and newer better-sqlite3 12 ends the process when a statement has become garbage
 * (`RemoveEnvironmentCleanupHook`), and 13, which does not, crashes on Node 20.
 */
const LEAST_MINORS = { 20: 19, 22: 12 }

/** Ends a process of another Node.js before it loads anything: later it would end without a word of why. */
exports.checkNode = () => {
  const { node } = process.versions
  const [major, minor] = node.split('.').map(Number)
  if (minor >= LEAST_MINORS[major]) return
  const known = Object.entries(LEAST_MINORS).map(([of, least]) => `${of} (${of}.${least} or newer)`)
  process.stderr.write(`Terrane does not run on Node.js ${node}. Install Node.js ${known.reverse().join(' or ')}.\n`)
  process.exit(2)
}

/** Lines of progress, the same in every script: a mark, what was done, seconds; colour only on terminals. */
const colours = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)

exports.say = (mark, text, detail = '') => {
  const colour = mark === '✔' ? 32 : mark === '✖' ? 31 : 36
  process.stdout.write(`${paint(colour, mark)} ${text.padEnd(44)}${detail}`.trimEnd())
  process.stdout.write('\n')
}

exports.seconds = since => `${((Date.now() - since) / 1000).toFixed(1)} s`

/** Ends the process with one clear line on standard error. */
exports.stop = (line, exitCode = 2) => {
  process.stderr.write(`${line}\n`)
  process.exit(exitCode)
}

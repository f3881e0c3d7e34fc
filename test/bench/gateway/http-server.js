const net = require('node:net')

const HEAD_END = '\r\n\r\n'

/** The same question gets the same bytes again: so many of them are kept. */
const MOST_BYTES = 1e9

/**
 * As much of HTTP/1.1 as a subgraph of a benchmark needs, and no more, so that it is not the subgraphs that are measured:
 * requests over kept connections, with a length or in chunks; `answer(path, body)` gives the JSON text (ASCII only).
 */
exports.serveJson = answer =>
  new Promise(resolve => {
    const respond = remembering(answer)
    const server = net.createServer({ noDelay: true }, socket => {
      let pending = ''
      socket.setEncoding('latin1')
      socket.on('error', () => socket.destroy())
      socket.on('data', text => {
        pending = pending === '' ? text : pending + text
        for (let read = readRequest(pending); read; read = readRequest(pending)) {
          pending = pending.slice(read.end)
          socket.write(respond(read))
        }
      })
    })
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`))
  })

function remembering(answer) {
  const known = new Map()
  let bytes = 0
  return ({ path, body }) => {
    const ofPath = known.get(path) ?? new Map()
    known.set(path, ofPath)
    let whole = ofPath.get(body)
    if (whole === undefined) {
      whole = Buffer.from(respond(answer, path, body), 'latin1')
      bytes += whole.length + body.length
      if (bytes < MOST_BYTES) ofPath.set(body, whole)
    }
    return whole
  }
}

function respond(answer, path, body) {
  try {
    return message('200 OK', answer(path, body))
  } catch (error) {
    process.stderr.write(`A subgraph of the bench could not answer ${path}: ${error.stack}\n${body.slice(0, 2000)}\n`)
    return message('500 Internal Server Error', JSON.stringify({ errors: [{ message: error.message }] }))
  }
}

function message(status, body) {
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}${HEAD_END}${body}`
}

/** The first whole request of a text, or undefined while some of it is to come. Latin-1: a character is a byte. */
function readRequest(text) {
  const headEnd = text.indexOf(HEAD_END)
  if (headEnd < 0) return undefined
  const head = text.slice(0, headEnd)
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/'))
  const start = headEnd + HEAD_END.length
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length) {
    const end = start + Number(length[1])
    return text.length < end ? undefined : { path, body: text.slice(start, end), end }
  }
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? readChunks(text, path, start) : { path, body: '', end: start }
}

function readChunks(text, path, start) {
  let body = ''
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    const chunk = lineEnd + 2
    const next = chunk + size + 2
    if (text.length < next) return undefined
    if (size === 0) return { path, body, end: next }
    body += text.slice(chunk, chunk + size)
    at = next
  }
}

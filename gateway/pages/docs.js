/* The document is made for whoever asks, so a token counts for reading it as well as for trying what it tells. */
const token = document.getElementById('token')
const persona = document.getElementById('persona')
const DOCUMENT = '/openapi.json'

/* As the reader chose in the marketplace, else as the system has it. */
const night = matchMedia('(prefers-color-scheme: dark)')
function light() {
  let chosen
  try {
    chosen = localStorage.getItem('mantine-color-scheme-value')
  } catch {
    // Browsers may refuse to keep anything.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && night.matches)
  document.documentElement.classList.toggle('dark-mode', dark)
}
night.addEventListener('change', light)
light()

/* Who asks next: settled once a token that was sent for has come. */
let caller = Promise.resolve()

const ui = window.SwaggerUIBundle({
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
  requestInterceptor: async request => {
    await caller
    const here = new URL(request.url, location.href).origin === location.origin
    if (here) Object.assign(request.headers, authorization())
    return request
  },
})
ui.specActions.updateLoadingStatus('loading')

const authorization = () => (token.value ? { authorization: `Bearer ${token.value}` } : {})

/* The document is put into the page that is there: what the reader opened meanwhile stays open. The last asked wins. */
let asked = 0
async function show() {
  const turn = ++asked
  await caller
  const told = await read().catch(() => undefined)
  if (turn !== asked) return
  // What went wrong is Swagger UI's to tell.
  if (told === undefined) return ui.specActions.download(DOCUMENT)
  ui.specActions.updateSpec(told)
  ui.specActions.updateLoadingStatus('success')
}

async function read() {
  const answer = await fetch(DOCUMENT, { headers: authorization() })
  return answer.ok ? answer.text() : undefined
}

document.getElementById('caller').addEventListener('submit', event => {
  event.preventDefault()
  show()
})

/* Only the demo has personas. */
async function offerPersonas() {
  const answer = await fetch('/demo/personas')
  if (!answer.ok) return
  const { personas } = await answer.json()
  persona.replaceChildren(
    ...['', ...personas.map(one => one.name).filter(name => name !== 'visitor')].map(
      name => new Option(name || 'visitor', name),
    ),
  )
  document.getElementById('persona-label').hidden = false
  persona.addEventListener('change', () => {
    token.value = ''
    caller = becomes(persona.value).catch(() => {})
    show()
  })
}

async function becomes(name) {
  if (!name) return
  const given = await fetch('/demo/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: name }),
  })
  const answer = given.ok ? await given.json() : undefined
  if (answer && persona.value === name) token.value = answer.token
}

show()
offerPersonas()

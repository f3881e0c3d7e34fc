/* The document is made for whoever asks, so a token counts for reading it as well as for trying what it tells. */
const token = document.getElementById('token')
const persona = document.getElementById('persona')

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

function show() {
  window.SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#docs',
    deepLinking: true,
    docExpansion: 'none',
    filter: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: null,
    requestInterceptor: request => {
      const here = new URL(request.url, location.href).origin === location.origin
      if (here && token.value) request.headers.authorization = `Bearer ${token.value}`
      return request
    },
  })
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
  persona.addEventListener('change', async () => {
    token.value = ''
    if (persona.value) {
      const given = await fetch('/demo/token', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ as: persona.value }),
      })
      if (given.ok) token.value = (await given.json()).token
    }
    show()
  })
}

show()
offerPersonas()

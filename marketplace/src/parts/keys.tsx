import { Kbd, Modal } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import styles from './keys.module.css'

const KEYS: [keys: string[], does: string][] = [
  [['/'], 'search'],
  [['?'], 'show these keys'],
  [['g', 'h'], 'home, with the map'],
  [['g', 'p'], 'products'],
  [['g', 'r'], 'requests'],
  [['g', 'q'], 'GraphiQL'],
  [['Tab'], 'the next thing that can be used'],
  [['↑', '→'], 'on a map: follow the data'],
  [['Esc'], 'close what floats'],
]
const PLACES: Record<string, string> = { h: '/', p: '/products', r: '/requests', q: '/graphiql' }
/** How long `g` waits for its second key, in milliseconds. */
const PATIENCE = 1200

/** The keys that work everywhere but where text is typed. */
export function Keys() {
  const [shown, show] = useState(false)
  const [going, setGoing] = useState(0)
  const go = useNavigate()
  useHotkeys([
    ['/', () => focusSearch(go)],
    ['shift+?', () => show(true)],
    ['?', () => show(true)],
    ['g', () => setGoing(Date.now())],
    ...Object.entries(PLACES).map(([key, place]): [string, () => void] => [
      key,
      () => Date.now() - going < PATIENCE && go(place),
    ]),
  ])
  return (
    <Modal opened={shown} onClose={() => show(false)} title="Keys" closeButtonProps={{ 'aria-label': 'Close' }}>
      <dl className={styles.keys}>
        {KEYS.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map(key => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}

function focusSearch(go: (place: string) => void) {
  const box = document.querySelector<HTMLInputElement>('[data-search]')
  if (!box) return go('/products')
  box.focus()
  box.select()
}

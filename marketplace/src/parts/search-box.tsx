import { Kbd, TextInput } from '@mantine/core'
import IconSearch from '@tabler/icons-react/icons/IconSearch'
import { useRef } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import styles from './header.module.css'

/** Looks for products from anywhere. `/` focuses the one that is marked as the page's search. */
export function SearchBox({ size = 'sm' }: { size?: 'sm' | 'md' }) {
  const go = useNavigate()
  const [parameters] = useSearchParams()
  const box = useRef<HTMLInputElement>(null)
  const given = parameters.get('q') ?? ''
  return (
    <search className={styles.search}>
      <form
        onSubmit={event => {
          event.preventDefault()
          const text = box.current!.value.trim()
          go(`/products${text ? `?${new URLSearchParams({ q: text })}` : ''}`)
        }}
      >
        <TextInput
          ref={box}
          key={given}
          defaultValue={given}
          type="search"
          size={size}
          data-search
          aria-label="Search data products"
          placeholder="Search products, datasets, fields, purposes"
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={<Kbd size="xs">/</Kbd>}
        />
      </form>
    </search>
  )
}

import { Link } from 'react-router'
import { Copyable } from '../../parts/copy'
import { Chip } from '../../parts/marks'
import { counted } from '../../parts/numbers'
import styles from './product.module.css'
import type { TabProps } from './product-page'

/** What the product is for, what it promises, who answers for it. */
export function Overview({ product, described }: TabProps) {
  const { description, owner, support } = described
  const texts: [string, string | null | undefined][] = [
    ['How to use it', description?.usage],
    ['Limitations', description?.limitations],
  ]
  const here = `/products/${encodeURIComponent(product.name)}`
  return (
    <div className={styles.columns}>
      <div>
        <section className={styles.section}>
          <h2>Datasets</h2>
          <ul className={styles.plain}>
            {(described.datasets ?? []).map(({ name, description, rowCount, address, fields }) => (
              <li key={name}>
                <div className={styles.line}>
                  <Link to={`${here}/fields?${new URLSearchParams({ dataset: name })}`} className="mono">
                    {name}
                  </Link>
                  <span className={styles.soft}>
                    {rowCount !== null && `${counted(rowCount, 'row')} · `}
                    {counted(fields?.length ?? 0, 'field')}
                  </span>
                </div>
                {description && <div>{description}</div>}
                {address && <Copyable text={address} what={`the address of ${name}`} />}
              </li>
            ))}
          </ul>
        </section>
        {texts.map(
          ([title, text]) =>
            text && (
              <section key={title} className={styles.section}>
                <h2>{title}</h2>
                <p className={styles.prose}>{text}</p>
              </section>
            ),
        )}
        <Agreements described={described} />
      </div>
      <div>
        <section className={styles.section}>
          <h2>Who answers for it</h2>
          <p className={styles.prose}>
            {owner?.name ?? 'Nobody is named.'}
            {owner?.description && <span className={styles.soft}> {owner.description}</span>}
          </p>
          {(owner?.members?.length ?? 0) > 0 && (
            <ul className={styles.plain}>
              {owner!.members!.map(({ username, name, role }) => (
                <li key={username} className={styles.line}>
                  <span>{name ?? username}</span>
                  <span className={styles.soft}>{role}</span>
                </li>
              ))}
            </ul>
          )}
          {(support ?? []).map(({ channel, tool, url }) => (
            <p key={`${channel}${url}`} className={styles.prose}>
              {url && /^(https?:|mailto:)/.test(url) ? (
                <a href={url} rel="noreferrer">
                  {channel}
                </a>
              ) : (
                channel
              )}
              {tool && <span className={styles.soft}> · {tool}</span>}
            </p>
          ))}
        </section>
        <section className={styles.section}>
          <h2>Facts</h2>
          <dl className={styles.terms}>
            <dt>Name</dt>
            <dd>
              <code>{product.name}</code>
            </dd>
            <dt>In the graph</dt>
            <dd>
              <code>{product.rootField}</code>
            </dd>
            <dt>Visibility</dt>
            <dd>{product.visibility ?? 'not told'}</dd>
            {described.type && (
              <>
                <dt>Type</dt>
                <dd>{described.type}</dd>
              </>
            )}
            {product.address && (
              <>
                <dt>Descriptor</dt>
                <dd>
                  <a href={`${product.address}/product.odps.yaml`}>product.odps.yaml</a>
                </dd>
              </>
            )}
            {(product.tags?.length ?? 0) > 0 && (
              <>
                <dt>Tags</dt>
                <dd className={styles.fieldName}>
                  {product.tags!.map(tag => (
                    <Chip key={tag}>{tag}</Chip>
                  ))}
                </dd>
              </>
            )}
          </dl>
        </section>
        <section className={styles.section}>
          <h2>Made of, and read by</h2>
          <dl className={styles.terms}>
            <Neighbours
              title="Reads"
              names={[...new Set((product.upstream ?? []).flatMap(({ product }) => product ?? []))]}
              none="No other product."
            />
            <Neighbours
              title="Read by"
              names={product.downstream ?? []}
              none="No other product that you may know of."
            />
          </dl>
        </section>
      </div>
    </div>
  )
}

function Neighbours({ title, names, none }: { title: string; names: string[]; none: string }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {names.length === 0
          ? none
          : names.map((name, place) => (
              <span key={name}>
                {place > 0 && ', '}
                <Link to={`/products/${encodeURIComponent(name)}`}>{name}</Link>
              </span>
            ))}
      </dd>
    </>
  )
}

/** ODCS writes days as `d`, years as `y`. */
const UNITS: Record<string, string> = { d: 'day', y: 'year', h: 'hour', m: 'minute', s: 'second' }

function amount(value: string | null, unit: string | null): string {
  const word = UNITS[unit ?? '']
  return word && Number.isFinite(Number(value)) ? counted(Number(value), word) : `${value} ${unit ?? ''}`
}

function Agreements({ described: { agreements } }: Pick<TabProps, 'described'>) {
  if (!agreements?.length) return null
  return (
    <section className={styles.section}>
      <h2>What is promised</h2>
      <ul className={styles.plain}>
        {agreements.map(({ contract, property, value, unit, element }) => (
          <li key={`${contract}${property}${element}`} className={styles.line}>
            <span>
              {property}: {amount(value, unit)}
              {element && <span className={styles.soft}> of {element}</span>}
            </span>
            <span className={styles.soft}>{contract}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

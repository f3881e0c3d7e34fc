import { useEffect, useState } from 'react'
import { personas, type Session } from '../../api/session'
import { called } from '../../parts/people'
import { type Caller, callAs, MYSELF, VISITOR } from './caller'

interface Props {
  caller: Caller
  session: Session
  onChange: (caller: Caller) => void
}

/** Personas where there are any, else a field for an access token. Tokens stay in memory, never in storage. */
export function CallerSwitch({ caller, session, onChange }: Props) {
  const [known, setKnown] = useState<{ name: string; description: string }[]>()
  const [trouble, setTrouble] = useState<string>()

  useEffect(() => {
    personas().then(setKnown)
  }, [])

  const choose = async (persona: string) => {
    setTrouble(undefined)
    try {
      onChange(await callAs(persona))
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error))
    }
  }

  if (known === undefined) return null
  const me = session.name ?? called(session.subject ?? 'nobody')
  return (
    <div className="caller">
      {known.length > 0 ? (
        <>
          <label htmlFor="persona">Asking as</label>
          <select id="persona" value={caller.label} onChange={event => choose(event.target.value)}>
            {session.signedIn && <option value={MYSELF.label}>{me} (signed in)</option>}
            {known.map(persona => (
              <option key={persona.name} value={persona.name} title={persona.description}>
                {persona.name}
              </option>
            ))}
          </select>
          <span className="rights">{known.find(persona => persona.name === caller.label)?.description}</span>
        </>
      ) : (
        <>
          <label htmlFor="token">Access token</label>
          <input
            id="token"
            type="password"
            autoComplete="off"
            placeholder={session.signedIn ? `none: asking as ${me}` : 'none: asking as a visitor'}
            onChange={event => {
              const token = event.target.value.trim()
              onChange(token ? { label: 'token', token } : session.signedIn ? MYSELF : VISITOR)
            }}
          />
        </>
      )}
      {trouble && <span role="alert">{trouble}</span>}
    </div>
  )
}

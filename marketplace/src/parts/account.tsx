import { Button, Menu } from '@mantine/core'
import IconChevronDown from '@tabler/icons-react/icons/IconChevronDown'
import IconLogout from '@tabler/icons-react/icons/IconLogout'
import IconUser from '@tabler/icons-react/icons/IconUser'
import { useQuery } from '@tanstack/react-query'
import { personas, type Session, signInUrl, signOut, useSession } from '../api/session'
import styles from './account.module.css'
import { called } from './people'

/** Who is asking, and how to become somebody else. */
export function Account() {
  const session = useSession()
  if (!session) return null
  if (!session.signedIn && !session.demo)
    return session.signInAvailable ? (
      <Button component="a" href={signInUrl()}>
        Sign in
      </Button>
    ) : (
      <span className={styles.visitor}>visitor</span>
    )
  return <AccountMenu session={session} />
}

function AccountMenu({ session }: { session: Session }) {
  const subject = called(session.subject ?? 'visitor')
  const known = useQuery({
    queryKey: ['personas'],
    queryFn: personas,
    enabled: session.demo,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const others = (known.data ?? []).filter(({ name }) => name !== subject && name !== 'visitor')
  const who = session.name ?? subject
  return (
    <Menu position="bottom-end" width={300} shadow="md">
      <Menu.Target>
        <Button
          variant={session.signedIn ? 'default' : 'filled'}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          leftSection={session.signedIn ? <IconUser size={16} aria-hidden /> : undefined}
          aria-label={session.signedIn ? `Signed in as ${who}` : 'Sign in'}
        >
          {session.signedIn ? <span className={styles.who}>{who}</span> : 'Sign in'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {session.signedIn && (
          <div className={styles.card}>
            <strong>{who}</strong>
            <span>
              {subject}
              {(session.roles?.length ?? 0) > 0 && ` · ${session.roles!.join(', ')}`}
            </span>
          </div>
        )}
        {session.demo && others.length > 0 && (
          <>
            <Menu.Label>{session.signedIn ? 'Sign in as somebody else' : 'Sign in as'}</Menu.Label>
            {others.map(({ name, description }) => (
              <Menu.Item key={name} component="a" href={signInUrl(name)}>
                {name}
                <span className={styles.about}>{description}</span>
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        )}
        {session.signedIn ? (
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut()}>
            Sign out
          </Menu.Item>
        ) : (
          <Menu.Item component="a" href={signInUrl()}>
            All ways to sign in …
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

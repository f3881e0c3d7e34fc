import { Alert, Button, Group, Modal } from '@mantine/core'
import type { ReactNode } from 'react'

interface Props {
  title: string
  /** What will be gone, by name. */
  children: ReactNode
  /** What the button says that does it. */
  act: string
  doing: { isPending: boolean; error: Error | null; mutate: () => void }
  close: () => void
}

/** Before something is destroyed: what exactly, and the choice to leave it. */
export function Confirm({ title, children, act, doing, close }: Props) {
  return (
    <Modal opened onClose={close} title={title}>
      {children}
      {doing.error && (
        <Alert color="red" variant="outline" role="alert" title="This was not done" mb="md">
          {doing.error.message}
        </Alert>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>
          Leave it
        </Button>
        <Button color="red" loading={doing.isPending} onClick={() => doing.mutate()}>
          {act}
        </Button>
      </Group>
    </Modal>
  )
}

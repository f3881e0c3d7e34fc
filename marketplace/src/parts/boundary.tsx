import { Component, type ReactNode } from 'react'
import { Trouble } from './states'

/** What breaks within costs itself: the rest of the page stays. Another `place` is another chance. */
export class Boundary extends Component<
  { what: string; place?: string; children: ReactNode },
  { fault?: unknown; place?: string | undefined }
> {
  override state: { fault?: unknown; place?: string | undefined } = { place: this.props.place }

  static getDerivedStateFromError(fault: unknown) {
    return { fault }
  }

  static getDerivedStateFromProps({ place }: { place?: string }, state: { place?: string | undefined }) {
    return place === state.place ? null : { place, fault: undefined }
  }

  override render() {
    if (this.state.fault === undefined) return this.props.children
    return <Trouble what={this.props.what} error={this.state.fault} again={() => this.setState({ fault: undefined })} />
  }
}

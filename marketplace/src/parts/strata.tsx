/** The sign of the house: three strata. */
export function Strata() {
  return (
    <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
      <path fill="var(--globe)" d="M2 22h28v6H2z" />
      <path fill="var(--continent)" d="M6 14h20v6H6z" />
      <path fill="var(--country)" d="M10 6h12v6H10z" />
    </svg>
  )
}

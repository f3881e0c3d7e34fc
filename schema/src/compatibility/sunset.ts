/** Deprecated, with a day after which it may go, and that day has passed. Without a day nobody was told when. */
export function isOver(published: { deprecated?: string; sunset?: string }, today: string): boolean {
  return published.deprecated !== undefined && published.sunset !== undefined && published.sunset < today
}

/** What the caller may do to a thing, by verb: some services name actions with their resource. */
export function verbs(allowedActions: readonly string[] | undefined): Set<string> {
  return new Set(allowedActions?.map((action) => action.slice(action.lastIndexOf('.') + 1)));
}

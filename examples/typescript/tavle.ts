// Signing in, asking over HTTP, and an access token that is renewed before it ends.

interface Session {
  accessToken: string
  accessExpiresAt: string
  refreshToken: string
}

interface TopLevelError {
  message: string
  extensions?: { code?: string; requestId?: string; retryAfter?: number }
}

/** Data instead of an error: what the server refused, and why. `code` is for programs, `message` for people. */
export interface UserError {
  code: string
  message: string
  path: string[] | null
}

/** What the caller's screen cannot mend. `requestId` finds it in the server's log. */
export class TavleError extends Error {
  readonly code: string
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(errors: TopLevelError[]) {
    super(errors.map((error) => error.message).join('\n'))
    this.code = errors[0]?.extensions?.code ?? 'INTERNAL'
    this.requestId = errors[0]?.extensions?.requestId
    this.retryAfterSeconds = errors[0]?.extensions?.retryAfter
  }
}

const SESSION = 'session { accessToken accessExpiresAt refreshToken } userErrors { code message path }'
const EARLY_MS = 60_000

interface SessionPayload {
  session: Session | null
  userErrors: UserError[]
}

/** One signed-in user. */
export class Tavle {
  #session: Session
  #renewal: Promise<void> | undefined

  private constructor(readonly url: string, session: Session) {
    this.#session = session
  }

  static async signIn(url: string, email: string, password: string): Promise<Tavle> {
    const answer = await post<{ signIn: SessionPayload }>(
      url,
      `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${SESSION} } }`,
      { input: { email, password } },
    )
    return new Tavle(url, sessionOf(answer.signIn))
  }

  /** The data that answers a document. Throws a TavleError when there are top-level errors. */
  async ask<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
    return post<Data>(this.url, query, variables, await this.token())
  }

  /** An access token that is good for a while. */
  async token(): Promise<string> {
    if (Date.parse(this.#session.accessExpiresAt) - Date.now() < EARLY_MS) {
      // A refresh token works once: callers at the same moment share one renewal.
      this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined))
      await this.#renewal
    }
    return this.#session.accessToken
  }

  async #renew(): Promise<void> {
    const answer = await post<{ refreshSession: SessionPayload }>(
      this.url,
      `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { ${SESSION} } }`,
      { input: { refreshToken: this.#session.refreshToken } },
    )
    this.#session = sessionOf(answer.refreshSession)
  }
}

function sessionOf(payload: SessionPayload): Session {
  if (payload.session === null) throw new Error(payload.userErrors.map((error) => error.message).join('\n'))
  return payload.session
}

async function post<Data>(url: string, query: string, variables: object, token?: string): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      Accept: 'application/graphql-response+json',
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  })
  const answer = (await response.json()) as { data?: Data; errors?: TopLevelError[] }
  if (answer.errors !== undefined || answer.data === undefined) throw new TavleError(answer.errors ?? [])
  return answer.data
}

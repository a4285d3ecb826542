// Says of each check whether it held, in lines that the runner counts.

const PATIENCE_MS = 20_000

/** Runs one check; the first that does not hold ends the script. */
export async function check(what, work) {
  try {
    const result = await work()
    console.log(`ok ${what}`)
    return result
  } catch (error) {
    console.log(`not ok ${what}`)
    console.log(error)
    process.exit(1)
  }
}

/** What `look` finds, as soon as it finds something. */
export async function eventually(what, look) {
  const deadline = Date.now() + PATIENCE_MS
  while (Date.now() < deadline) {
    const found = look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`${what}: not within ${PATIENCE_MS} ms`)
}

// Who works today, and what nobody has been given yet.
import { Tavle } from './tavle.ts'

interface Board {
  dispatchBoard: {
    teams: { name: string; workers: { name: string }[] }[]
    undispatched: { number: string; title: string }[]
  }
}

const url = process.env.TAVLE_URL ?? 'http://127.0.0.1:8000'
const email = process.env.TAVLE_EMAIL ?? 'dispatcher@nordlift.example'
const tavle = await Tavle.signIn(url, email, process.env.TAVLE_PASSWORD ?? 'nordlift-demo')

const { dispatchBoard } = await tavle.ask<Board>(`
  query Today($input: DispatchBoardInput!) {
    dispatchBoard(input: $input) {
      teams { name workers { name } }
      undispatched { number title }
    }
  }
`, { input: {} })

for (const team of dispatchBoard.teams) console.log(`${team.name}: ${team.workers.map(({ name }) => name).join(', ')}`)
for (const activity of dispatchBoard.undispatched) console.log(`waits: ${activity.number} ${activity.title}`)

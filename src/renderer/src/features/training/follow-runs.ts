import { toast } from '../../ui/toasts'
import { useTrainingPlace } from './place'
import { useTrainingRuns } from './runs-store'

/** Says how a run ended where its page is not on the screen. */
export function followRuns(): () => void {
  const { isOpen, place, open } = useTrainingPlace()
  const runs = useTrainingRuns()
  void runs.load()
  return runs.onChange((run) => {
    const shown = isOpen.value && place.value.page === 'run' && place.value.runId === run.id
    if (shown) return
    const show = { label: 'Show', run: () => open({ page: 'run', runId: run.id }) }
    if (run.state === 'done') toast(`“${run.name}” is done: see how it compares`, { action: show })
    if (run.state === 'failed' || run.state === 'interrupted') {
      const what = run.state === 'failed' ? 'failed' : 'was interrupted'
      toast(`“${run.name}” ${what}`, { kind: 'problem', action: show })
    }
  })
}

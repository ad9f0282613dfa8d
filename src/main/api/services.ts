import { join } from 'node:path'
import { PaceBook } from '../jobs/pace-book'
import { JobQueue } from '../jobs/queue'
import { TrainingRuns } from '../jobs/training-run'
import { isOver } from '../jobs/transitions'
import { WorkspaceSession } from '../workspace/session'
import { UserConfig } from '../workspace/user-config'
import { configFolder } from '../workspace/config-folder'
import { EventHub } from './event-hub'
import { ImageCache } from './image-cache'
import { LogFile } from '../workspace/log-file'

/** What a host tells of itself. */
export interface HostInfo {
  host: 'electron' | 'browser'
  /** Folder of the models, the sample case and so on: `resources`. */
  resources: string
}

/** What the routes work with. */
export interface Services extends HostInfo {
  config: UserConfig
  session: WorkspaceSession
  events: EventHub
  images: ImageCache
  jobs: JobQueue
  runs: TrainingRuns
  log: LogFile
}

/** Composes the backend of a host. */
export function createServices(info: HostInfo): Services {
  const config = new UserConfig(configFolder())
  const log = new LogFile(configFolder())
  const events = new EventHub()
  const jobs = new JobQueue(new PaceBook(join(configFolder(), 'paces.json')))
  jobs.subscribe((job) => {
    events.emit({ type: 'job', job })
    if (isOver(job.state)) log.write(`job ${job.id}: ${job.state} ${job.problem ?? ''}`)
    if (isOver(job.state) && job.resultId !== null && 'caseId' in job.request) {
      events.emit({ type: 'cases', caseId: job.request.caseId })
    }
  })
  const session = new WorkspaceSession(config)
  const runs = new TrainingRuns({
    jobs,
    resources: info.resources,
    onChange: (root, run) => {
      // One of a workspace that was open before goes on, and is nothing to the windows of this one.
      if (session.isOpen(root)) events.emit({ type: 'training', run })
    },
    log: (line) => {
      log.write(`engine: ${line}`)
    }
  })
  return { ...info, config, session, events, images: new ImageCache(), jobs, runs, log }
}

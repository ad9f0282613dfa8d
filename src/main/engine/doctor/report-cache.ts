import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { doctorReportSchema, type DoctorReport } from '../../../shared/doctor'
import { writeFileAtomic } from '../../workspace/atomic-write'
import { cacheFolder } from './cache-folder'
import { cacheKey } from './cache-key'

const reportPath = (): string => join(cacheFolder(), 'doctor.json')

/** The last report, if it is about this machine as it is now; null otherwise. */
export async function readCachedReport(): Promise<DoctorReport | null> {
  try {
    const report = doctorReportSchema.parse(JSON.parse(await readFile(reportPath(), 'utf8')))
    return report.key === cacheKey() ? report : null
  } catch {
    // Missing, damaged or of another version: all the same, it is made again.
    return null
  }
}

/** Keeps the report for the next start. A cache that cannot be written costs time and nothing else. */
export async function writeCachedReport(report: DoctorReport): Promise<void> {
  try {
    await mkdir(cacheFolder(), { recursive: true })
    await writeFileAtomic(reportPath(), `${JSON.stringify(report, null, 2)}\n`)
  } catch {
    return
  }
}

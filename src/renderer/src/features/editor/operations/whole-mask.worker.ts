import { answerWith } from '../../../volume/background'
import { editWholeMask, type WholeMaskWork } from './whole-mask'

answerWith((work: WholeMaskWork) => {
  const answer = editWholeMask(work)
  return { answer, transfer: [answer.offsets.buffer, answer.labels.buffer] }
})

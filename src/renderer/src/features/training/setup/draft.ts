import { reactive } from 'vue'
import { NEW_DRAFT, type PlanDraft } from '../plan-draft'

/** What is chosen for the next run, kept while the window is open. */
export const draft = reactive<PlanDraft>({ ...NEW_DRAFT })

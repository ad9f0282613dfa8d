import { join } from 'node:path'

/** The folder of a model that ships, by its name; a path stays what it is. */
export function shippedModel(root: string, name: string): string {
  return /[/\\]/.test(name) ? name : join(root, 'resources', 'models', name)
}

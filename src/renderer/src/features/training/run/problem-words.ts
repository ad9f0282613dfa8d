import { sentence, windowWords } from '../../../ui/window-words'

/** What stops a training, as a command line says it and as the window does. */
const WORDS: readonly [RegExp, string][] = [
  [/^[a-z-]+: training stopped/, 'training stopped'],
  [/(; the last good state, [^,]+), is in .*?(?=; lower)/, '$1, is kept'],
  [
    /; lower the learning rate and start anew in another folder$/,
    ': start a new run with a lower learning rate, under Settings for experts'
  ],
  [/: start the run again and it goes on from there$/, ': the run goes on from there'],
  // The window says so itself, beside the button.
  [/; resume it to go on from its last checkpoint$/, ''],
  [/; remove \S+ to start anew, or choose another folder with --out$/, '; start a new run']
]

/** Why a training stopped, in the window's words: a sentence. */
export function problemWords(problem: string): string {
  const text = WORDS.reduce((said, [from, to]) => said.replace(from, to), windowWords(problem))
  return sentence(/[.!?]$/.test(text) ? text : `${text}.`)
}

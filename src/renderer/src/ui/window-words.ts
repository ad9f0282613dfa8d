/** What the engine says as a command line would, in the window's words. */
const WINDOW_WORDS: readonly [RegExp, string][] = [
  [/^--runtime (\S+):/, 'The runtime $1 was asked for:'],
  [
    /^.+?: (?=(does not look like|shows only|fits a head only|could not be brought together) )/,
    'This scan '
  ],
  [
    /; give a T1-weighted scan of a whole head, or .* by --roi .*$/,
    '; place the boxes around them by hand, or open a T1-weighted scan of a whole head'
  ],
  [/, or give it smaller images or batches$/, ''],
  [
    /run it again with --verbose to see all that the engine printed(, or on another --runtime)?$/,
    'the log, under About, has all that it printed'
  ]
]

/** A failure that the engine tells of, in the window's words. */
export function windowWords(problem: string): string {
  return WINDOW_WORDS.reduce((text, [from, to]) => text.replace(from, to), problem)
}

/** A host's words as a sentence of the window: with a capital. */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

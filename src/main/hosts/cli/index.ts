import { VERSION } from '../../../shared/version'

const [argument] = process.argv.slice(2)
if (argument === '--version') {
  process.stdout.write(`${VERSION}\n`)
} else {
  process.stderr.write('hippospike: this version knows --version alone\n')
  process.exitCode = 2
}

// Writes the generated files of this folder; with --check only tells whether they are up to date.
// Run by `npm run generate`.
import { documents } from './documents.ts'
import { writeDocuments } from './write-documents.ts'

writeDocuments(import.meta.dirname, await documents())

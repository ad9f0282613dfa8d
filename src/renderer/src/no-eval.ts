import { z } from 'zod'

// Zod tries whether it may compile its checks, which the content security policy forbids and reports each time.
z.config({ jitless: true })

// For tools that cannot read .vue files, such as ESLint's type-aware rules; vue-tsc reads the real ones.
declare module '*.vue' {
  import type { Component } from 'vue'
  const component: Component
  export default component
}

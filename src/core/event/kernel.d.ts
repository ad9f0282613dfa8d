/** An AssemblyScript program, compiled to WebAssembly by the build (scripts/support/assemblyscript.mjs), in base64. */
declare module '*?kernel' {
  const base64: string
  export default base64
}

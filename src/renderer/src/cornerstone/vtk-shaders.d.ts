// vtk.js has no types for it; patient-shaders.ts says what there is of a cache.
declare module '@kitware/vtk.js/Rendering/OpenGL/ShaderCache' {
  const vtkShaderCache: { newInstance: (values?: object) => object }
  export default vtkShaderCache
}
